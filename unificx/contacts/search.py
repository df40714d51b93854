"""Search in an address book: each term begins a word of a contact, or is part of one of its numbers. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import accumulate, groupby

from unificx.contacts.checks import SEPARATORS, normalized
from unificx.contacts.schemas import Contact

_WORDS = re.compile(r"[\s\-.,@+()/]+")
_DIALLED = re.compile(r"[+0-9][0-9 \-./()]*\Z", re.ASCII)
_START = "\n"
"""Precedes each word and number. No term has it, so none is found across two of them."""


def search_terms(search: str) -> list[str]:
    """Return the terms of a search. One that looks like a telephone number is a single term."""
    if _is_dialled(search.strip()):
        return [search.strip()]
    return normalized(search).split()


class SearchIndex:
    """The words and the numbers of contacts, each as one long text: a term is found in it without a loop over the
    contacts. 20,000 contacts have about 1 MB."""

    def __init__(self, contacts: Sequence[Contact]) -> None:
        self._words = _Texts(_words_of(each) for each in contacts)
        self._numbers = _Texts([number.number for number in each.details.numbers] for each in contacts)

    def find(self, terms: Sequence[str]) -> Iterator[int]:
        """Yield the places of the contacts that match all terms, at least one, in order. The term with the fewest
        occurrences leads, the others are compared."""
        wanted = [_Needle(term) for term in terms]
        rarest = min(wanted, key=self._count)
        others = [each for each in wanted if each is not rarest]
        return (place for place in self._places(rarest) if all(self._matches(place, each) for each in others))

    def _count(self, needle: "_Needle") -> int:
        count = self._words.text.count(needle.word)
        return count + self._numbers.text.count(needle.digits) if needle.digits else count

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
        self.word = _START + term
        # Without the national prefix, so that 030 12 finds +493012; zeros alone find every number.
        self.digits = (term.translate(SEPARATORS).lstrip("0") or _START) if _is_dialled(term) else ""


class _Texts:
    """Texts of several contacts in one."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        joined = ["".join(_START + text for text in each) for each in texts]
        self.text = "".join(joined)
        self._starts = list(accumulate(map(len, joined), initial=0))

    def places(self, needle: str) -> Iterator[int]:
        """Yield the contacts with this text, in order."""
        at = self.text.find(needle)
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            yield place
            at = self.text.find(needle, self._starts[place + 1])

    def has(self, place: int, needle: str) -> bool:
        """Whether a contact has this text."""
        return self.text.find(needle, self._starts[place], self._starts[place + 1]) >= 0


def _words_of(contact: Contact) -> list[str]:
    details = contact.details
    texts = (details.name, details.organisation, details.department, *details.emails)
    return [word for text in texts for word in _WORDS.split(normalized(text))]


def _is_dialled(term: str) -> bool:
    return bool(_DIALLED.match(term))
