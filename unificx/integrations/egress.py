"""The one way to third parties: what each may receive, for which purposes, and until when its agreement holds.

The recipients and the categories of data are those of the privacy policy; an undeclared one cannot receive anything.
Telephone calls go to carriers by SIP, not by this module.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import structlog

from unificx.core.access import current_access
from unificx.core.errors import StartupError
from unificx.privacy import read_source

AGREEMENTS_VARIABLE = "UNIFICX_AGREEMENTS"
"""Last days of the agreements with recipients, such as `mail=2027-03-31,store=2026-12-31`; the others have no end."""
PURPOSES: Mapping[str, frozenset[str]] = {
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


class DisclosureRefused(PermissionError):
    """Data may not be given to this recipient. The clients treat it like a server that does not answer."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A declared recipient, with the hand-overs of this process by day."""

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
        """Check and count a hand-over of these categories of data to a host. Raise DisclosureRefused."""
        today, ends = _today(), _agreements.get(self._key)
        if ends is not None and today > ends:
            raise self._refused("the agreement has ended")
        if self._hosts is not None and host not in self._hosts:
            raise self._refused("undeclared host")
        if undeclared := set(categories) - self._categories:
            raise self._refused("undeclared data", categories=sorted(undeclared))
        if not current_access().allows(self._purposes):
            raise self._refused("undeclared purpose", purpose=current_access().purpose)
        _disclosed[self._key, today] += 1

    def _refused(self, reason: str, **details: object) -> DisclosureRefused:
        log.error("disclosure_refused", recipient=self._key, reason=reason, **details)
        return DisclosureRefused(f"{self._key}: {reason}")


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
    """Return the declared recipients except carriers."""
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
