"""Where a call was forwarded: Diversion (RFC 5806) and History-Info (RFC 7044), read from carriers, written to carriers
and phones.

Pure. Carriers get numbers of the public network only, never an extension or a device.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from unificx.calls.machine.causes import Cause
from unificx.calls.machine.identity import AssertedIdentity
from unificx.routing import Forward
from unificx.sip.fields import Headers
from unificx.sip.grammar import is_token
from unificx.sip.headers import Address, readable_addresses
from unificx.sip.message import Request

MAX_DIVERSIONS = 10
"""Forwardings of a call that are read and sent on."""
_REASONS = {
    Cause.BUSY: ("user-busy", 486),
    Cause.DECLINED: ("deflection", 487),
    Cause.NO_ANSWER: ("no-answer", 408),
    Cause.UNREACHABLE: ("unavailable", 503),
}
_UNCONDITIONAL = ("unconditional", 302)
"""Reason of Diversion and cause of History-Info (RFC 4458) for a call that was forwarded at once."""
_CAUSES = dict([*_REASONS.values(), _UNCONDITIONAL])


@dataclass(frozen=True, slots=True)
class Diversion:
    """One forwarding: by which number, and why (a reason of RFC 5806)."""

    number: str = field(repr=False)
    reason: str


def parse_diversions(request: Request) -> tuple[Diversion, ...]:
    """Return who has forwarded the call, the latest first; private and unreadable entries are left out.

    Without a Diversion header they are the entries of History-Info that another entry follows.
    """
    found = _addresses(request, "diversion")
    if found:
        public = [one for one in found if (one.param("privacy") or "off").lower() == "off"]
        return tuple([Diversion(_user_of(one), _reason_of(one)) for one in public])
    entries = _addresses(request, "history-info")
    return tuple(
        [Diversion(_user_of(one), "unknown") for one in reversed(entries[:-1]) if "privacy" not in str(one).lower()]
    )


def diversion_reason(cause: Cause | None, forwards: Sequence[Forward]) -> str:
    """Return why a call is forwarded: the rule of the last extension that forwarded it, or why its phones ended."""
    if forwards:
        return forwards[-1].reason
    return _REASONS[cause][0] if cause in _REASONS else _UNCONDITIONAL[0]


def diversion_headers_to_phone(forwards: Sequence[Forward], domain: str) -> Headers:
    """Return the Diversion headers of a call that rings at a phone of the tenant: the extensions that forwarded it, the
    latest one first."""
    found: list[tuple[str, str]] = []
    for forward in reversed(forwards):
        address = AssertedIdentity(forward.by.number, forward.by.name, domain).address
        found.append(("Diversion", f"{address};reason={forward.reason}"))
    return tuple(found)


def diversion_headers_to_carrier(diversions: tuple[Diversion, ...], sent: str, domain: str) -> Headers:
    """Return the headers of a call that is forwarded to the number `sent`; the latest forwarding comes first."""
    diversions = diversions[:MAX_DIVERSIONS]
    headers = [
        ("Diversion", f"<sip:{one.number}@{domain}>;reason={one.reason};privacy=off;counter=1") for one in diversions
    ]
    index, target_cause = "1", ""
    for one in reversed(diversions):
        headers.append(("History-Info", f"<sip:{one.number}@{domain}{target_cause}>;index={index}"))
        index, target_cause = f"{index}.1", f";cause={_CAUSES.get(one.reason, 302)}"
    headers.append(("History-Info", f"<sip:{sent}@{domain}{target_cause}>;index={index}"))
    return tuple(headers)


def _addresses(request: Request, name: str) -> list[Address]:
    return readable_addresses(request.values(name)[:MAX_DIVERSIONS])


def _reason_of(address: Address) -> str:
    """Return the reason if it is a token, which is sent on as it is."""
    reason = (address.param("reason") or "")[:32]
    return reason if is_token(reason) else "unknown"


def _user_of(address: Address) -> str:
    """Return the user of the URI, without what is not part of a number."""
    return "".join(char for char in address.uri.number[:32] if char.isalnum() or char == "+")
