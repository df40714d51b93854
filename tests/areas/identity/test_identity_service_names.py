"""The identity services are combined in one class: none overrides a name of another."""

from collections import Counter

from unificx.identity import IdentityService

MEANT_TO_BE_OVERRIDDEN = {"__init__", "_factors_of", "clean_up"}
"""Names that call the base implementation."""


def test_no_two_services_define_the_same_name() -> None:
    chapters = [kind for kind in IdentityService.__mro__ if kind.__module__.startswith("unificx.identity.")]
    assert len(chapters) > 5
    names = Counter(name for kind in chapters for name, what in vars(kind).items() if callable(what))
    assert {name for name, times in names.items() if times > 1} <= MEANT_TO_BE_OVERRIDDEN
