"""Texts with values, which stay apart from the words: a translation needs both."""

from collections.abc import Sequence

_LISTED = 10


class Phrase(str):
    """A text for users: `template` with `values` in place of `{}`. Only a value that is a phrase too has a translation.

    >>> str(Phrase("There is no scope {}.", "calls"))
    'There is no scope calls.'
    """

    template: str
    values: tuple[object, ...]

    def __new__(cls, template: str, *values: object) -> "Phrase":
        """Return the phrase in English."""
        return super().__new__(cls, template.format(*map(shown, values)))

    def __init__(self, template: str, *values: object) -> None:
        self.template = template
        self.values = values


def shown(value: object) -> str:
    """Return a value as English texts have it: with commas in numbers of five digits or more."""
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else str(value)


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "person", "people"), counted(0, "person", "people")
    ('1 person', '0 people')
    """
    return f"{shown(number)} {one if number == 1 else many}"


def first_of(names: Sequence[object]) -> Phrase:
    """Return the first ones of many names in a row."""
    listed, more = names[:_LISTED], len(names) - _LISTED
    row = Phrase(", ".join(["{}"] * len(listed)), *listed)
    return Phrase("{} and {} more", row, more) if more > 0 else row
