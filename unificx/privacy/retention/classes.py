"""Rules of retention: a period for each class of the vocabulary, or the reason why it needs none. Pure.

`limits.json` has the limits by country, only those that a law sets.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.privacy.retention.periods import Period

Action = Literal["delete", "truncate", "anonymise"]
"""`delete` values or rows, `truncate` to a less precise value, or `anonymise` by removing the link to a person."""
SHORTEST, LONGEST = Period(days=1), Period(years=10)


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """The rule of a class. `default` is its period from `anchor` on; `bound` says what ends it if it has no period."""

    name: str
    anchor: str
    action: Action
    default: Period | None = None
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a class in a country, and the law that sets them."""

    shortest: Period = SHORTEST
    longest: Period = LONGEST
    law: str = ""


_PERIODS = {
    "address": ("the start of the call, or the sign-in", "P14D"),
    "history": ("the start of the call", "P12M"),
    "message": ("the sending of the message", "P12M"),
    "report": ("the receipt of the report", "P30D"),
}
_BOUND = {
    "voicemail": ("archiving by the owner", "until the owner deletes it, and then for as long as it can be restored"),
    "recording": (
        "archiving by all parties",
        "until its parties delete it, and then for as long as it can be restored",
    ),
    "account": ("the end of the account", "as long as the account or object it belongs to exists"),
    "registration": ("the end of the registration", "until the registration expires, within minutes"),
    "live_call": ("the end of the call", "as long as the call lasts"),
    "meeting": (
        "the last participant",
        "as long as the room exists; a meeting until seven days after its planned end, or 90 days after its last"
        " participant",
    ),
    "sign_in": ("the end of the session", "until the session ends"),
    "request": ("the answer", "until three years after the request was answered"),
    "invoice": (
        "the end of the year of its issue",
        "until eight years after the end of the year in which it was issued",
    ),
    "audit": ("the act", "until three years after the act"),
    "technical": (
        "completion",
        "until it has served its purpose, for seven days at most",
    ),
}
"""Anchor and end of the classes that something else ends."""

CLASSES: Mapping[str, RetentionClass] = MappingProxyType(
    {name: RetentionClass(name, anchor, "delete", Period.parse(text)) for name, (anchor, text) in _PERIODS.items()}
    | {name: RetentionClass(name, anchor, "delete", bound=end) for name, (anchor, end) in _BOUND.items()}
)


def _read_limits() -> Mapping[tuple[str, str], Limits]:
    raw: dict[str, dict[str, dict[str, str]]] = json.loads(
        files("unificx.privacy.retention").joinpath("limits.json").read_text("utf-8")
    )
    return {
        (country, name): Limits(
            Period.parse(each["min"]) if "min" in each else SHORTEST,
            Period.parse(each["max"]) if "max" in each else LONGEST,
            each["law"],
        )
        for country, classes in raw.items()
        for name, each in classes.items()
    }


_LIMITS = _read_limits()


def limits_of(name: str, country: str) -> Limits:
    """Return the limits of a class in a country (ISO 3166)."""
    return _LIMITS.get((country, name), Limits())


def period_of(name: str, country: str, override: Period | None) -> Period:
    """Return the period of a class: the tenant's, or the default, moved into the limits of the country."""
    limits, wanted = limits_of(name, country), override or CLASSES[name].default
    if wanted is None:
        raise Invalid(Phrase("The class {} has no period.", repr(name)), field="periods")
    if limits.shortest.exceeds(wanted):
        return limits.shortest
    return limits.longest if wanted.exceeds(limits.longest) else wanted


def parse_override(name: str, country: str, text: str) -> Period:
    """Return a tenant's period. Raise Invalid for an unknown class, one without a period, and outside the limits."""
    rule = CLASSES.get(name)
    adjustable = ", ".join(each.name for each in CLASSES.values() if each.default is not None)
    if rule is None or rule.default is None:
        raise Invalid(
            Phrase("The class {} has no period that can be set.", repr(name[:40])),
            hint=Phrase("Set {}.", adjustable),
            field="periods",
        )
    period, limits = Period.parse(text, "periods"), limits_of(name, country)
    if limits.shortest.exceeds(period) or period.exceeds(limits.longest):
        shortest, longest = limits.shortest.text, limits.longest.text
        within = Phrase("The period of {} must be {} to {}.", name, shortest, longest)
        by_law = Phrase("The period of {} must be {} to {} ({}).", name, shortest, longest, limits.law)
        message = by_law if limits.law else within
        raise Invalid(message, hint="Choose a period within these limits.", field="periods")
    return period
