"""The one way to third parties: what each may receive, for which purposes, and until when its agreement holds.

The recipients and the categories of data are those of the privacy policy; an undeclared one cannot receive anything.
Telephone calls go to carriers by SIP, not by this module.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import structlog

from unificx.core.access import current_access
from unificx.core.errors import StartupError, StorageFull
from unificx.privacy import Transmission, read_source

AGREEMENTS_VARIABLE = "UNIFICX_AGREEMENTS"
"""Last days of the agreements with recipients, such as `mail=2027-03-31,store=2026-12-31`; the others have no end."""
PURPOSES: Mapping[str, frozenset[str]] = {
    "carrier": frozenset({"telephony"}),
    "integration": frozenset({"administration"}),
    "mail": frozenset({"administration", "requests", "telephony", "authentication", "security"}),
    "payment": frozenset({"billing"}),
    "push": frozenset({"administration", "telephony"}),
    "sign_in": frozenset({"authentication", "administration"}),
    "store": frozenset({"history", "telephony"}),
}
"""Purposes for which each recipient receives data."""

log = structlog.get_logger()
# Owner: this process.
_agreements: dict[str, date] = {}
_disclosed: Counter[tuple[str, date]] = Counter()
_records: list[Callable[[Transmission], None]] = []
"""The record of hand-overs, once it is open."""


class DisclosureRefused(PermissionError):
    """Data may not be given to this recipient. The clients treat it like a server that does not answer."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A declared recipient, with the hand-overs of the last days."""

    key: str
    text: str
    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    agreement_ends: date | None
    disclosures: Mapping[date, int]


class Vendor:
    """A recipient of the policy, and the only hosts that it may be reached at; None: those that a tenant or a browser
    has chosen. Raise KeyError for an undeclared one."""

    def __init__(self, key: str, hosts: Collection[str] | None = None) -> None:
        self._key, self._hosts = key, hosts
        self._categories = frozenset(_declared()[key]["categories"])
        self._purposes = PURPOSES[key]

    def disclose(self, host: str, categories: Collection[str]) -> None:
        """Check and record a hand-over of these categories of data to a host. Raise DisclosureRefused."""
        today, ends = _today(), _agreements.get(self._key)
        if ends is not None and today > ends:
            raise self._refused("the agreement has ended")
        if self._hosts is not None and host not in self._hosts:
            raise self._refused("undeclared host")
        if undeclared := set(categories) - self._categories:
            raise self._refused("undeclared data", categories=sorted(undeclared))
        if not current_access().allows(self._purposes):
            raise self._refused("undeclared purpose", purpose=current_access().purpose)
        made = Transmission(self._key, today, current_access().purpose, tuple(sorted(set(categories))))
        try:
            for write in _records:
                write(made)
        except StorageFull:
            raise self._refused("cannot be recorded") from None
        _disclosed[self._key, today] += 1

    def _refused(self, reason: str, **details: object) -> DisclosureRefused:
        log.error("disclosure_refused", recipient=self._key, reason=reason, **details)
        return DisclosureRefused(f"{self._key}: {reason}")


def record_by(write: Callable[[Transmission], None], earlier: Mapping[tuple[str, date], int]) -> Callable[[], None]:
    """Let each hand-over be recorded before it is made, and return how to end that; `earlier` are the counts of former
    processes."""
    _records.append(write)
    _disclosed.update({key: count - _disclosed[key] for key, count in earlier.items() if count > _disclosed[key]})
    return lambda: _records.remove(write)


def set_agreements(environ: Mapping[str, str]) -> None:
    """Take the ends of the agreements from the settings. Raise StartupError."""
    found: dict[str, date] = {}
    for each in filter(None, environ.get(AGREEMENTS_VARIABLE, "").split(",")):
        key, _, end = each.strip().partition("=")
        try:
            found[key] = date.fromisoformat(end)
        except ValueError:
            found.clear()
        if key not in PURPOSES or key not in found:
            raise StartupError(f"{AGREEMENTS_VARIABLE} is invalid.", hint="For example mail=2027-03-31.")
    _agreements.clear()
    _agreements.update(found)


def recipients() -> list[Recipient]:
    """Return the declared recipients. Of carriers only requests for certificates are counted, not calls."""
    declared = _declared()
    return [
        Recipient(
            key,
            declared[key]["en"],
            tuple(declared[key]["categories"]),
            tuple(sorted(purposes)),
            _agreements.get(key),
            {day: count for (vendor, day), count in _disclosed.items() if vendor == key},
        )
        for key, purposes in PURPOSES.items()
    ]


@cache
def _declared() -> Mapping[str, Any]:
    return read_source()["recipients"]


def _today() -> date:
    return datetime.now(UTC).date()
