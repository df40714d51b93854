"""Pure functions: changes of presence, and the rules in force."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import cast

from unificx.core.errors import Invalid
from unificx.core.names import is_printable
from unificx.core.phrases import Phrase
from unificx.presence.schemas import (
    NO_FORWARDING,
    NO_RULES,
    Forwarding,
    ForwardingChange,
    ForwardingRules,
    Presence,
    PresenceChange,
    PresenceState,
    RingTurn,
    StateProfile,
)

OFF, DEFAULT = "off", "default"
"""Words in place of a destination: not forwarded, as in the state `available`."""
MAX_NOTE_LENGTH = 140
MAX_STATE_LENGTH = timedelta(days=366)
MAX_RING_TURNS = 8
_RING, _ORDER = "ring", "order"
_CONDITIONS = tuple(each.name for each in fields(Forwarding))


def change_state(presence: Presence, change: PresenceChange, now: datetime) -> Presence:
    """Return the presence with state, end, note and call waiting changed. Raise Invalid."""
    if change.state is not None:
        presence = replace(presence, state=change.state, until=None, note="")
    if change.until is not None:
        presence = replace(presence, until=_valid_end(presence, change.until, now))
    if change.note is not None:
        presence = replace(presence, note=_valid_note(change.note))
    if change.call_waiting is not None:
        presence = replace(presence, call_waiting=change.call_waiting)
    return presence


def change_forwarding(presence: Presence, change: ForwardingChange) -> Presence:
    """Return the presence with the profile of one state changed. The destinations are not checked."""
    before = presence.profiles.get(change.state, StateProfile())
    after = replace(
        before,
        inside=_changed(before.inside, change) if change.callers != "outside" else before.inside,
        outside=_changed(before.outside, change) if change.callers != "inside" else before.outside,
        ring_seconds=before.ring_seconds if change.ring_seconds is None else change.ring_seconds or None,
        ring_order=before.ring_order if change.ring_order is None else _valid_order(change),
    )
    profiles = {state: one for state, one in presence.profiles.items() if state != change.state}
    if after != StateProfile():
        profiles[change.state] = after
    return replace(presence, profiles=profiles)


def end_state(presence: Presence, now: datetime) -> Presence:
    """Return the presence as it is at `now`: available once the end of its state is reached."""
    if presence.until is None or presence.until > now:
        return presence
    return replace(presence, state="available", until=None, note="")


def destinations_of(presence: Presence) -> tuple[str, ...]:
    """Return the destinations of all states, without duplicates."""
    found = dict[str, None]()
    for profile in presence.profiles.values():
        for forwarding in (profile.inside, profile.outside):
            found.update({each: None for name in _CONDITIONS if (each := getattr(forwarding, name))})
    return tuple(found)


def rules_in_force(presence: Presence) -> ForwardingRules:
    """Return the rules of the present state, for unset conditions those of the state `available`."""
    own = presence.profiles.get(presence.state, StateProfile())
    default = presence.profiles.get("available", StateProfile())
    rules = ForwardingRules(
        _combined(own.inside, default.inside),
        _combined(own.outside, default.outside),
        own.ring_seconds or default.ring_seconds,
        do_not_disturb=presence.state == "do_not_disturb",
        call_waiting=presence.call_waiting,
        ring_order=(default.ring_order if own.ring_order is None else own.ring_order) or (),
    )
    return NO_RULES if rules == NO_RULES else rules


def to_texts(profiles: Mapping[PresenceState, StateProfile]) -> tuple[str, ...]:
    """Return the profiles as lines: state, `inside` or `outside`, condition, destination; or state and ring time,
    or the order of its devices."""
    found: list[str] = []
    for state, profile in sorted(profiles.items()):
        for origin, forwarding in (("inside", profile.inside), ("outside", profile.outside)):
            chosen = {name: value for name in _CONDITIONS if (value := getattr(forwarding, name)) is not None}
            found += [f"{state} {origin} {name} {value}" for name, value in chosen.items()]
        if profile.ring_seconds is not None:
            found.append(f"{state} {_RING} {profile.ring_seconds}")
        if profile.ring_order is not None:
            turns = " ".join(f"{each.device}={each.seconds}" for each in profile.ring_order)
            found.append(f"{state} {_ORDER} {turns}")
    return tuple(found)


def from_texts(texts: Iterable[str]) -> dict[PresenceState, StateProfile]:
    """Return the profiles that `to_texts` has written."""
    profiles: dict[PresenceState, StateProfile] = {}
    for text in texts:
        state, field, value = text.split(" ", 2)
        profile = profiles.get(cast("PresenceState", state), StateProfile())
        if field == _RING:
            profile = replace(profile, ring_seconds=int(value))
        elif field == _ORDER:
            turns = [each.partition("=") for each in value.split()]
            profile = replace(profile, ring_order=tuple(RingTurn(device, int(s)) for device, _, s in turns))
        else:
            condition, _, destination = value.partition(" ")
            before = profile.inside if field == "inside" else profile.outside
            profile = replace(profile, **{field: replace(before, **{condition: destination})})
        profiles[cast("PresenceState", state)] = profile
    return profiles


def _changed(before: Forwarding, change: ForwardingChange) -> Forwarding:
    stored = {OFF: "", DEFAULT: None}
    wanted = {name: value for name in _CONDITIONS if (value := getattr(change, name)) is not None}
    return replace(before, **{name: stored.get(value, value) for name, value in wanted.items()})


def _valid_order(change: ForwardingChange) -> tuple[RingTurn, ...] | None:
    if change.ring_order is None or change.ring_order == "default":
        return None
    devices = [each.device for each in change.ring_order]
    if len(devices) > MAX_RING_TURNS or len(set(devices)) < len(devices):
        raise Invalid(Phrase("Name at most {} devices, each of them once.", MAX_RING_TURNS), field="ring_order")
    return change.ring_order


def _combined(own: Forwarding, default: Forwarding) -> Forwarding:
    def value(name: str) -> str:
        chosen = getattr(own, name)
        return (getattr(default, name) or "") if chosen is None else chosen

    found = Forwarding(*(value(name) for name in _CONDITIONS))
    return NO_FORWARDING if found == NO_FORWARDING else found


def _valid_end(presence: Presence, until: datetime, now: datetime) -> datetime:
    if presence.state == "available":
        raise Invalid("The state `available` has no end.", field="until", hint="Choose another state, or leave it out.")
    if until.tzinfo is None:
        raise Invalid("The time needs a time zone.", field="until", hint="Write it as 2026-03-01T15:00:00Z.")
    if not now < until <= now + MAX_STATE_LENGTH:
        raise Invalid("The time must be in the future, at most a year ahead.", field="until")
    return until


def _valid_note(text: str) -> str:
    stripped = text.strip()
    if len(stripped) > MAX_NOTE_LENGTH or not is_printable(stripped):
        raise Invalid(Phrase("Invalid note. Use at most {} printable characters.", MAX_NOTE_LENGTH), field="note")
    return stripped
