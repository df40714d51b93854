"""Forwarding rules of extensions, compared with a slow and obvious reference."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.identity import DirectoryCache, Extension, Tenant
from unificx.presence import Availability, Forwarding, Presence, PresenceState, StateProfile
from unificx.registrar import Caller, LocationService
from unificx.routing import (
    CallApp,
    DestinationDirectory,
    DestinationRef,
    DialPlan,
    ExtensionKind,
    Fork,
    GoTo,
    HangupKind,
    Plan,
    Reject,
    Rejection,
    Routing,
)

NUMBERS = ("1001", "1002", "1003", "1004")
CAUSES = {Rejection.BUSY: "busy", Rejection.UNREACHABLE: "unreachable", Rejection.NO_SUCH_NUMBER: "failed"}
OUTCOMES = ("answered", "busy", "declined", "missed", "unreachable", "failed")
STATES: tuple[PresenceState, ...] = ("available", "do_not_disturb", "lunch")


@dataclass(frozen=True)
class Case:
    """Extensions by number: presence, outcome of ringing them, whether they are in a call, whether they have a
    mailbox."""

    presences: dict[str, Presence]
    outcomes: dict[str, str]
    in_calls: frozenset[str]
    mailboxes: frozenset[str]


def extension(number: str, tenant: str = "acme") -> Extension:
    return Extension(f"{tenant}-{number}", tenant, number, None, f"s-{number}", 30, 600, number)


def routing_of(case: Case) -> Routing:
    directory = DirectoryCache()
    for tenant in ("acme", "globex"):
        directory.put_tenant(Tenant(tenant, tenant, tenant, f"{tenant}.example", "active", datetime.now(UTC)))
        for number in NUMBERS:
            directory.put_extension(extension(number, tenant))
    availability = Availability(lambda extension_id: extension_id.removeprefix("acme-") in case.in_calls)
    for number, presence in case.presences.items():
        availability.put(replace(presence, extension_id=f"acme-{number}"))
    kind = ExtensionKind(directory, lambda one: one.number in case.mailboxes, availability)
    destinations = DestinationDirectory((kind, HangupKind()))
    return Routing(DialPlan(directory, destinations), LocationService(), availability=availability)


def inside(number: str, tenant: str = "acme") -> Caller:
    return Caller.of(extension(number, tenant))


OUTSIDE = Caller("acme", "", "", "s", "+49301", "", trunk_id="carrier")


def carried_out(routing: Routing, caller: Caller, plan: Plan, outcomes: dict[str, str]) -> tuple[str, list[str]]:
    """Carry out a plan as calls do. Return how the call ends, and which extensions forwarded it."""
    steps, outcome, forwards = list(plan.steps), "", list[str]()
    called = plan.called
    while steps:
        step = steps.pop(0)
        if outcome and step.after and outcome not in step.after:
            continue
        match step.action:
            case GoTo(ref, forward):
                to = routing.resolve(caller, ref)
                steps = [*to.steps, *(steps if forward is None else ())]
                called = to.called or called
                forwards += [f"{forward.by.number} {forward.reason}"] if forward is not None else []
                outcome = ""
            case Fork():
                [target] = step.action.ring_targets
                outcome = outcomes[target.extension.number]
                if outcome == "answered":
                    return f"answered {target.extension.number}", forwards
            case CallApp():
                assert called is not None
                return f"mailbox {called.number} {outcome}".strip(), forwards
            case Reject(reason):
                outcome = CAUSES[reason]
    return outcome, forwards


def reference(case: Case, caller: Caller, number: str, forwards: list[str]) -> str:
    """Return how a call to an extension ends, one rule at a time."""
    presence = case.presences.get(number, Presence("", "acme", ""))

    def to(condition: str) -> str:
        for state in (presence.state, "available"):
            profile = presence.profiles.get(state)
            if profile is None:
                continue
            found = getattr(profile.outside if caller.trunk_id else profile.inside, condition)
            if found is not None:
                return "" if found == f"extension:{caller.number}" else found
        return ""

    def forwarded(destination: str, reason: str) -> str:
        forwards.append(f"{number} {reason}")
        if destination == "hangup:busy":
            return "busy"
        following = destination.removeprefix("extension:")
        return reference(case, caller, following, forwards) if following in NUMBERS else "failed"

    def unanswered(outcome: str) -> str:
        return f"mailbox {number} {outcome}" if number in case.mailboxes else outcome

    outcome = case.outcomes[number]
    own = caller.extension_id == f"acme-{number}"
    if not own:
        if to("always"):
            return forwarded(to("always"), "unconditional")
        if presence.state == "do_not_disturb":
            if to("busy") or to("no_answer"):
                return forwarded(to("busy") or to("no_answer"), "do-not-disturb")
            return f"mailbox {number} unreachable" if number in case.mailboxes else "busy"
        if number in case.in_calls and not presence.call_waiting:
            return forwarded(to("busy"), "user-busy") if to("busy") else unanswered("busy")
    if outcome == "answered":
        return f"answered {number}"
    if not own and outcome in ("busy", "declined") and to("busy"):
        return forwarded(to("busy"), "user-busy")
    if not own and outcome == "missed" and to("no_answer"):
        return forwarded(to("no_answer"), "no-answer")
    if not own and outcome in ("unreachable", "failed") and to("unreachable"):
        return forwarded(to("unreachable"), "unavailable")
    return unanswered(outcome)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Extensions that forward to later ones only, so that there are no loops."""
    presences: dict[str, Presence] = {}
    for at, number in enumerate(NUMBERS):
        texts = [None, "", "hangup:busy", "extension:9999", *(f"extension:{each}" for each in NUMBERS[at + 1 :])]
        forwardings = st.builds(Forwarding, *[st.sampled_from(texts)] * 4)
        profiles = st.builds(StateProfile, forwardings, forwardings)
        presences[number] = Presence(
            "", "acme", "", draw(st.sampled_from(STATES)), None, draw(st.booleans()), "",
            draw(st.dictionaries(st.sampled_from(STATES), profiles, max_size=2)),
        )  # fmt: skip
    some = st.frozensets(st.sampled_from(NUMBERS))
    outcomes = {number: draw(st.sampled_from(OUTCOMES)) for number in NUMBERS}
    return Case(presences, outcomes, draw(some), draw(some))


@given(case=cases(), caller=st.sampled_from((*NUMBERS, "outside")), number=st.sampled_from(NUMBERS))
def test_a_call_ends_where_the_reference_says(case: Case, caller: str, number: str) -> None:
    calling = OUTSIDE if caller == "outside" else inside(caller)
    routing = routing_of(case)
    forwards: list[str] = []
    expected = reference(case, calling, number, forwards)
    assert carried_out(routing, calling, routing.route(calling, number), case.outcomes) == (expected, forwards)


def forwarding_to(text: str) -> Case:
    profile = StateProfile(Forwarding(always=text))
    presence = Presence("", "acme", "", profiles={"available": profile})
    return Case({"1001": presence}, dict.fromkeys(NUMBERS, "answered"), frozenset(), frozenset())


@pytest.mark.parametrize(("tenant", "answers"), [("acme", "answered 1002"), ("globex", "answered 1001")])
def test_rules_are_those_of_the_tenant(tenant: str, answers: str) -> None:
    case = forwarding_to("extension:1002")
    routing, caller = routing_of(case), inside("1003", tenant)
    ended, _ = carried_out(routing, caller, routing.route(caller, "1001"), case.outcomes)
    assert ended == answers


def test_the_destination_of_a_rule_reaches_the_extension() -> None:
    case = forwarding_to("extension:1002")
    routing = routing_of(case)
    assert routing.route(inside("1002"), "1001").fork is not None
    assert routing.route(inside("1001"), "1001").fork is not None
    assert routing.route(inside("1003"), "1001").fork is None


def test_a_loop_that_came_into_being_ends() -> None:
    loop = {
        number: Presence("", "acme", "", profiles={"available": StateProfile(Forwarding(always=f"extension:{other}"))})
        for number, other in (("1001", "1002"), ("1002", "1001"))
    }
    routing = routing_of(Case(loop, {}, frozenset(), frozenset()))
    plan = routing.resolve(inside("1003"), DestinationRef("extension", "1001"))
    [step] = plan.steps
    assert isinstance(step.action, GoTo)
    assert step.action.forward is not None


def test_members_not_to_be_disturbed_are_skipped_in_group_calls() -> None:
    availability = Availability(lambda extension_id: extension_id == "in call")
    for name, presence in (
        ("free", Presence("", "acme", "")),
        ("refuses", Presence("", "acme", "", "do_not_disturb")),
        ("in call", Presence("", "acme", "", call_waiting=False)),
        ("out", Presence("", "acme", "", call_waiting=False)),
    ):
        availability.put(replace(presence, extension_id=name))
    accepting = [
        each for each in ("free", "refuses", "in call", "out", "new") if availability.accepts_group_calls(each)
    ]
    assert accepting == ["free", "out", "new"]
