"""The room's use cases are chapters of one class: none takes a name that another uses."""

from collections import Counter

from unificx.people import People

MEANT_TO_BE_OVERRIDDEN = {"__init__", "_factors_of", "tidy"}
"""`tidy` and `__init__` by calling the chapter before."""


def test_no_two_chapters_have_a_name_in_common() -> None:
    chapters = [kind for kind in People.__mro__ if kind.__module__.startswith("unificx.people.")]
    assert len(chapters) > 5
    names = Counter(name for kind in chapters for name, what in vars(kind).items() if callable(what))
    assert {name for name, times in names.items() if times > 1} <= MEANT_TO_BE_OVERRIDDEN
