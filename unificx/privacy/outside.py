"""Data subjects of parties outside: one per telephone number, in each of its spellings."""

from collections.abc import Callable, Set

from unificx.core.clock import random_id
from unificx.privacy.keys import KeyStore

NumberingPlan = Callable[[str, str], str]
"""Takes a tenant and a number as it is written there. Returns it in E.164, or a short number as it is dialled; "" for
other texts."""
_BATCH = 500
_NUMBER_ALIAS = "number"
"""Kind of alias for the number of a party outside."""


class OutsideNumbers:
    """The numbers of parties outside and their subjects."""

    def __init__(self, keys: KeyStore, plan: NumberingPlan) -> None:
        self._keys = keys
        self.canonical = plan

    def stored(self, tenant: str, number: str) -> str:
        """Return a number as it is stored: in E.164, or a short number as it is dialled; other texts unchanged."""
        return self.canonical(tenant, number) or number

    def subject(self, tenant: str, number: str) -> str:
        """Return the subject of a number or dialled text, created if new. Without a number it is a new one each time,
        so that erasing one caller does not erase the others. Raise ErasedSubject."""
        if not number:
            return random_id(self._keys.clock)
        return self._keys.find_or_create(tenant, _NUMBER_ALIAS, self.stored(tenant, number))

    def find(self, tenant: str, number: str) -> str | None:
        """Return the subject of a number if anything is stored about it."""
        return self._keys.find(tenant, _NUMBER_ALIAS, self.stored(tenant, number))


def numbered_subjects(keys: KeyStore, tenant: str, subjects: Set[str]) -> set[str]:
    """Return those of the subjects that are known by a number outside."""
    found: set[str] = set()
    query = "SELECT DISTINCT subject FROM alias WHERE tenant = ? AND kind = ? AND subject IN (%s)"
    left = list(subjects)
    for start in range(0, len(left), _BATCH):
        batch = left[start : start + _BATCH]
        with keys.file.read_lock:
            rows = keys.file.reads.execute(query % ",".join("?" * len(batch)), (tenant, _NUMBER_ALIAS, *batch))
            found.update(row[0] for row in rows)
    return found
