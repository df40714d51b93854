"""Dial by name: names as they are entered with the keys of a telephone (ITU-T E.161)."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

MIN_DIGITS = 2
"""Digits needed for a search."""
MAX_OFFERED = 5
"""Names that are offered; more matches need more letters."""
_CHARACTERS = {"2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz"}
_DIGITS = {char: digit for digit, characters in _CHARACTERS.items() for char in characters}
_SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "þ": "th"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A person in the directory."""

    number: str
    name: str = field(repr=False)


def _to_digits(word: str) -> str:
    """Return the keys of a word's letters; umlauts are entered as their vowels, other characters are left out."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_SPECIAL))
    return "".join(_DIGITS[char] for char in plain if char in _DIGITS)


def find(digits: str, entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries of which a part of the name, or the name from that part on, begins with these keys, by
    name."""
    if len(digits) < MIN_DIGITS:
        return []
    return sorted((each for each in entries if _matches(digits, each.name)), key=lambda each: (each.name, each.number))


def _matches(digits: str, name: str) -> bool:
    words = [_to_digits(word) for word in name.split()]
    orders = (words, words[::-1])  # given name first, or family name first
    return any("".join(order[at:]).startswith(digits) for order in orders for at in range(len(order)))
