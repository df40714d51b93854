"""Search in an address book, compared with one contact at a time."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.contacts.checks import SEPARATORS, normalized
from unificx.contacts.schemas import Contact, ContactDetails, ContactNumber
from unificx.contacts.search import SearchIndex, search_terms

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_WORDS = st.lists(st.sampled_from(["Ada", "adam", "Ärzte", "de", "O'Neil", "12", "030"]), max_size=3).map(" ".join)
_NUMBERS = st.lists(st.sampled_from(["+49301234", "+12025550100", "20", "*85", "+4912"]), max_size=3, unique=True)
_DETAILS = st.builds(
    lambda name, organisation, emails, numbers: ContactDetails(
        name=name,
        organisation=organisation,
        emails=tuple(emails),
        numbers=tuple(ContactNumber(each, "work") for each in numbers),
    ),
    _WORDS,
    _WORDS,
    st.lists(st.sampled_from(["ada@example.com", "de@12.example"]), max_size=2),
    _NUMBERS,
)
_SEARCHES = st.lists(
    st.sampled_from(["ad", "ada", "arz", "de", "o'n", "12", "030", "030 12", "+49", "0", "*85", "20", "x", "\0"]),
    min_size=1,
    max_size=3,
).map(" ".join)


def _matches(details: ContactDetails, terms: list[str]) -> bool:
    text = " ".join([details.name, details.organisation, details.department, *details.emails])
    words = normalized(text).replace("@", " ").replace(".", " ").split()

    def found(term: str) -> bool:
        dialled = not term.strip("+0123456789 ") and (term[0] == "+" or term[0].isdigit())
        digits = term.translate(SEPARATORS).lstrip("0")
        in_numbers = dialled and any(digits in each.number for each in details.numbers)
        return in_numbers or any(word.startswith(term) for word in words)

    return all(map(found, terms))


@given(st.lists(_DETAILS, max_size=6), _SEARCHES)
def test_a_search_finds_the_same_contacts_as_a_look_at_each(book: list[ContactDetails], search: str) -> None:
    terms = search_terms(search)
    contacts = [Contact(str(at), "tenant", "", "", 1, _NOW, "own", each) for at, each in enumerate(book)]
    expected = [at for at, each in enumerate(book) if _matches(each, terms)]
    assert list(SearchIndex(contacts).find(terms)) == expected


@pytest.mark.parametrize(
    "search", ["Müller-Lü", "Müller,", "ada@example.com", "ada@", "(Vertrieb)", "+49 30", "030/12", "030-12 ada@e"]
)
def test_a_search_may_have_the_punctuation_of_what_it_finds(search: str) -> None:
    details = ContactDetails(
        name="Ada Müller-Lüdenscheidt",
        department="Einkauf (Vertrieb)",
        emails=("ada@example.com",),
        numbers=(ContactNumber("+49301234", "work"),),
    )
    contact = Contact("1", "tenant", "", "", 1, _NOW, "own", details)
    assert list(SearchIndex([contact]).find(search_terms(search))) == [0]
