"""Search in an address book: each term begins a word of a contact, or is part of one of its numbers. Pure."""

import re
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby

from unificx.contacts.checks import SEPARATORS, normalized
from unificx.contacts.schemas import Contact
from unificx.core.joined_texts import START, JoinedTexts

_WORDS = re.compile(r"[\s\-.,@+()/]+")
_DIALLED = re.compile(r"[+0-9][0-9 \-./()]*\Z", re.ASCII)


def search_terms(search: str) -> list[str]:
    """Return the terms of a search. One that looks like a telephone number is a single term, others are split as the
    words of a contact are."""
    if _is_dialled(search.strip()):
        return [search.strip()]
    texts = normalized(search).split()
    return [word for text in texts for word in ([text] if _is_dialled(text) else _WORDS.split(text)) if word]


class SearchIndex:
    """The words and the numbers of contacts."""

    def __init__(self, contacts: Sequence[Contact]) -> None:
        self._words = JoinedTexts(_words_of(each) for each in contacts)
        self._numbers = JoinedTexts([number.number for number in each.details.numbers] for each in contacts)

    def find(self, terms: Sequence[str]) -> Iterator[int]:
        """Yield the places of the contacts that match all terms, at least one, in order. The term with the fewest
        occurrences leads, the others are compared."""
        wanted = [_Needle(term) for term in terms]
        rarest = min(wanted, key=self._count)
        others = [each for each in wanted if each is not rarest]
        return (place for place in self._places(rarest) if all(self._matches(place, each) for each in others))

    def _count(self, needle: "_Needle") -> int:
        count = self._words.count(needle.word)
        return count + self._numbers.count(needle.digits) if needle.digits else count

    def _places(self, needle: "_Needle") -> Iterator[int]:
        places = self._words.places(needle.word)
        if not needle.digits:
            return places
        return (place for place, _ in groupby(merge(places, self._numbers.places(needle.digits))))

    def _matches(self, place: int, needle: "_Needle") -> bool:
        if self._words.has(place, needle.word):
            return True
        return bool(needle.digits) and self._numbers.has(place, needle.digits)


class _Needle:
    """A term as it is looked for: `word` among the words, `digits` among the numbers unless empty."""

    def __init__(self, term: str) -> None:
        self.word = START + term
        # Without the national prefix, so that 030 12 finds +493012; zeros alone find every number.
        self.digits = (term.translate(SEPARATORS).lstrip("0") or START) if _is_dialled(term) else ""


def _words_of(contact: Contact) -> list[str]:
    details = contact.details
    texts = (details.name, details.organisation, details.department, *details.emails)
    return [word for text in texts for word in _WORDS.split(normalized(text))]


def _is_dialled(term: str) -> bool:
    return bool(_DIALLED.match(term))
