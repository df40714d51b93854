"""Data subjects of parties outside: one per telephone number, in each of its spellings."""

from collections.abc import Set

from unificx.core.clock import random_id
from unificx.privacy.keys import KeyStore

_BATCH = 500
NUMBER_ALIAS = "number"
"""Kind of alias for the number of a party outside."""


def outside_subject(keys: KeyStore, tenant: str, number: str) -> str:
    """Return the subject of a number or dialled text, created if new. Without a number it is a new one each time, so
    that erasing one caller does not erase the others. Raise ErasedSubject."""
    if not number:
        return random_id(keys.clock)
    return keys.find_or_create(tenant, NUMBER_ALIAS, canonical_number(keys, tenant, number))


def canonical_number(keys: KeyStore, tenant: str, number: str) -> str:
    """Return a number as it is stored: in E.164, or a short number as it is dialled; other texts unchanged."""
    return keys.numbering_plan.canonical(tenant, number) or number


def numbered_subjects(keys: KeyStore, tenant: str, subjects: Set[str]) -> set[str]:
    """Return those of the subjects that are known by a number outside."""
    found: set[str] = set()
    query = "SELECT DISTINCT subject FROM alias WHERE tenant = ? AND kind = ? AND subject IN (%s)"
    left = list(subjects)
    for start in range(0, len(left), _BATCH):
        batch = left[start : start + _BATCH]
        with keys.file.read_lock:
            rows = keys.file.reads.execute(query % ",".join("?" * len(batch)), (tenant, NUMBER_ALIAS, *batch))
            found.update(row[0] for row in rows)
    return found
