"""Decisions on calls outside: `routing.outbound.decision` and `patterns`, against a slow and obvious reference."""

import random
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from unificx.core.errors import Invalid
from unificx.routing.outbound.decision import (
    Allowed,
    OutboundPlan,
    OutboundRules,
    OutsideCaller,
    Refused,
    TrunkChoice,
    weighted_order,
)
from unificx.routing.outbound.numbers import Emergency, PublicNumber, Short, national_form, normalise
from unificx.routing.outbound.patterns import PatternIndex, parse_pattern
from unificx.routing.outbound.schemas import Block, CallerRule, CallingPolicy, InboundNumber, Route
from unificx.routing.references import DestinationRef

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
CARRIER, SECOND = TrunkChoice("t1", "carrier"), TrunkChoice("t2", "second", "national")
ANNA = OutsideCaller("anna", "1001")
FOR_QUEUE, FOR_GROUP = OutsideCaller(calling_for="queue:6500"), replace(ANNA, calling_for="group:6000")


def route(pattern: str = "+.", trunks: tuple[str, ...] = ("t1", "t2"), **values) -> Route:
    name = values.pop("name", pattern)
    return Route(f"route {name}", "acme", name, pattern, trunks, CREATED, **values)


def owned(number: str, to: str = "room:8000", **values) -> InboundNumber:
    return InboundNumber(
        number, "acme", values.pop("trunk_id", "t1"), CREATED, number, DestinationRef.parse(to), **values
    )


def plan(*routes: Route, **values) -> OutboundPlan:
    return OutboundPlan(
        OutboundRules("acme", values.pop("country", "DE"), routes, values.pop("trunks", (CARRIER, SECOND)), **values)
    )


def decided(decision) -> list[tuple[str, str, str]]:
    assert isinstance(decision, Allowed), decision
    return [(one.trunk_id, one.sent, one.caller_id) for one in decision.targets]


# ---- patterns


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("+.", ["+4930", "+1"], ["+", "030"]),
        ("0ZXX", ["0123", "0999"], ["0023", "012", "01234"]),
        ("N[13-5]!", ["21", "93", "2412345"], ["11", "22", "2"]),
        ("112", ["112"], ["1120", "11"]),
        ("_9x.", ["901", "91#"], ["90", "9"]),
    ],
)
def test_patterns(pattern, matching, others):
    parsed = parse_pattern(pattern)
    index = PatternIndex([(parsed, pattern)])
    assert [one for one in [*matching, *others] if parsed.matches(one)] == matching
    assert [one for one in [*matching, *others] if index.find(one)] == matching


@pytest.mark.parametrize("pattern", ["", "+49 30", "0[", "[5-1]", "0.1", "abc", "0" * 65, "[]", "(0)"])
def test_other_patterns_are_refused(pattern):
    with pytest.raises(Invalid) as refused:
        parse_pattern(pattern)
    assert refused.value.field == "pattern"


# ---- routes


def test_the_number_is_sent_in_the_format_of_the_trunk():
    own = owned("+49301234500")
    found = plan(route(), numbers=[own]).decide(ANNA, "030 1234567")
    assert decided(found) == [("t1", "+49301234567", "+49301234500"), ("t2", "0301234567", "")]
    assert {one.number for one in found.targets} == {"+49301234567"}


def test_strip_and_prepend_apply_to_the_form_that_matched():
    stripped = plan(route("+49.", strip=3, prepend="0")).decide(ANNA, "0301234567")
    assert [sent for _, sent, _ in decided(stripped)] == ["0301234567"] * 2
    dialled = plan(route("00.", ("t1",), strip=2, prepend="#")).decide(ANNA, "0041441234567")
    assert dialled == Refused("country", normalise("+41441234567", "DE"), "CH")
    national = plan(route("0[1-9].", ("t1",), strip=1)).decide(ANNA, "+49 30 1234567")
    assert [sent for _, sent, _ in decided(national)] == ["301234567"]


def test_the_spaces_of_a_written_number_are_not_sent():
    written = "0049\u00a030\u00a0123 45-67"
    found = plan(route("0049.", ("t1",), strip=4, prepend="0")).decide(ANNA, written)
    assert [sent for _, sent, _ in decided(found)] == ["0301234567"]


def test_the_position_precedes_the_more_specific_pattern():
    general, specific = route("+.", ("t1",)), route("+4930.", ("t2",))
    assert plan(general, specific).decide(ANNA, "0301234567").route is specific
    first = route("+.", ("t1",), position=1)
    assert plan(first, specific).decide(ANNA, "0301234567").route is first


def test_trunks_share_calls_by_weight():
    trunks, chance = ("spare", "first", "second"), random.Random(7)
    orders = [weighted_order(trunks, (0, 3, 1), chance.random) for _ in range(4000)]
    assert {tuple(one) for one in orders} == {("first", "second", "spare"), ("second", "first", "spare")}
    assert 2900 < sum(one[0] == "first" for one in orders) < 3100


def test_weights_decide_which_trunk_a_call_takes():
    weighted = route(trunks=("t1", "t2"), weights=(1, 3))
    rules = plan(weighted).rules
    decisions = [OutboundPlan(rules, lambda at=at: at / 8).decide(ANNA, "0301234567") for at in range(8)]
    taken = [decided(one)[0][0] for one in decisions]
    assert taken == ["t1"] * 2 + ["t2"] * 6
    unknown = route(trunks=("gone", "t2"), weights=(3, 0))
    assert [trunk for trunk, _, _ in decided(plan(unknown).decide(ANNA, "0301234567"))] == ["t2"]


def test_caller_ids():
    numbers = [
        owned("+49301234500"),
        owned("+49301234501", "extension:1001"),
        owned("+49301234502", shown_for=("berta",)),
        owned("+49301234503"),
    ]
    by_route = plan(route(trunks=("t1",), caller_number_id="+49301234503"), numbers=numbers)
    shown = {
        who: decided(by_route.decide(OutsideCaller(who, number), "0301234567"))[0][2]
        for who, number in [("anna", "1001"), ("berta", "1002"), ("carl", "1003"), ("", "")]
    }
    assert shown == {"anna": "+49301234501", "berta": "+49301234502", "carl": "+49301234503", "": "+49301234503"}
    assert (
        decided(plan(route(trunks=("t1",)), numbers=numbers).decide(OutsideCaller(), "0301234567"))[0][2]
        == "+49301234500"
    )


def test_calls_in_the_name_of_a_group_or_queue_show_its_number():
    numbers = [
        owned("+49301234500"),
        owned("+49301234501", "extension:1001"),
        owned("+49301234502", "queue:6500/5"),
        owned("+49301234503", shown_for=("queue:6500",)),
        owned("+49301234504", "group:6000"),
        owned("+49301234505", "mailbox:6100"),
    ]
    by_route = plan(route(trunks=("t1",), caller_number_id="+49301234500"), numbers=numbers)

    def shown(in_name_of: str, dialled: str = "0301234567", extension_id: str = "anna") -> str:
        caller = OutsideCaller(extension_id, "1001" if extension_id else "", calling_for=in_name_of)
        return decided(by_route.decide(caller, dialled))[0][2]

    assert shown("queue:6500") == shown("queue:6500", extension_id="") == "+49301234503"
    assert shown("group:6000") == "+49301234504"
    assert shown("group:6001") == shown("mailbox:6100") == shown("") == "+49301234501"
    assert shown("group:6001", extension_id="") == "+49301234500"
    assert shown("queue:6500", "112") == "+49301234501"  # the caller has to be reached, not the queue


def test_a_withheld_number_is_passed_on():
    found = plan(route()).decide(ANNA, "0301234567", withheld=True)
    assert [one.withheld for one in found.targets] == [True, True]


# ---- rules


def test_rules_that_forbid_a_call():
    closed = plan(
        route(), reach={"anna": "inside", "berta": "national"}, policy=CallingPolicy("acme", frozenset({"AT"}))
    )
    everyone, berta = OutsideCaller("carl", "1003"), OutsideCaller("berta", "1002")
    assert closed.decide(everyone, "1234").rule == "not_a_number"
    assert closed.decide(everyone, "+41441234567") == Refused("country", normalise("+41441234567", "DE"), "CH")
    assert isinstance(closed.decide(everyone, "+4315131234"), Allowed)
    assert closed.decide(berta, "+4315131234").rule == "reach"
    assert isinstance(closed.decide(berta, "0301234567"), Allowed)
    assert closed.decide(ANNA, "0301234567").rule == "reach"
    assert closed.decide(everyone, "09001234567").rule == "premium"
    assert closed.decide(everyone, "+881612345678").rule == "country"
    assert plan(trunks=()).decide(ANNA, "0301234567").rule == "no_trunk"
    assert plan().decide(ANNA, "0301234567").rule == "no_route"
    assert plan(route(trunks=("gone",))).decide(ANNA, "0301234567").rule == "no_trunk"


def test_an_extension_calls_outside_only_during_its_hours():
    opened: set[str] = set()
    rules = OutboundRules("acme", "DE", (route(),), (CARRIER,), hours={"anna": "office"})
    decide = OutboundPlan(rules, is_open=lambda hours_id: hours_id in opened).decide
    assert decide(ANNA, "0301234567").rule == "hours"
    assert isinstance(decide(ANNA, "112"), Allowed)
    assert isinstance(decide(OutsideCaller("berta", "1002"), "0301234567"), Allowed)
    opened.add("office")
    assert isinstance(decide(ANNA, "0301234567"), Allowed)


def test_premium_numbers_and_other_countries_can_be_opened():
    opened = plan(route(), policy=CallingPolicy("acme", frozenset({"001"}), premium=True))
    assert isinstance(opened.decide(ANNA, "09001234567"), Allowed)
    assert isinstance(opened.decide(ANNA, "+881612345678"), Allowed)


def test_block_lists_of_outgoing_calls():
    def block(pattern: str, owner: str = "", *, allows: bool = False) -> Block:
        return Block(pattern + owner, "acme", owner, "out", allows, CREATED, pattern)

    blocked = plan(
        route(), blocks=[block("+4930."), block("+49301234567", allows=True), block("+4930999.", "anna", allows=True)]
    )
    assert blocked.decide(ANNA, "030 555555").rule == "blocked"
    assert isinstance(blocked.decide(ANNA, "030 1234567"), Allowed)
    assert isinstance(blocked.decide(ANNA, "030 999999"), Allowed)
    assert blocked.decide(OutsideCaller("berta", "1002"), "030 999999").rule == "blocked"


# ---- emergency numbers


@pytest.mark.promise("U9")
@pytest.mark.parametrize(
    ("country", "number"), [("DE", "110"), ("DE", "112"), ("US", "911"), ("GB", "999"), ("FR", "17")]
)
def test_emergency_calls_try_every_trunk_whatever_is_forbidden(country, number):
    closed = plan(
        route("+.", ("t1",)),
        country=country,
        reach={"anna": "inside"},
        blocks=[Block("b", "acme", "", "out", False, CREATED, "1.")],
    )
    found = closed.decide(ANNA, number, withheld=True)
    assert [(trunk, sent) for trunk, sent, _ in decided(found)] == [("t1", number), ("t2", number)]
    assert all(one.emergency and not one.withheld for one in found.targets)


def test_a_route_chooses_the_first_trunk_of_an_emergency_call():
    found = plan(route("112", ("t2",), prepend="9"), route()).decide(ANNA, "112")
    assert [(trunk, sent) for trunk, sent, _ in decided(found)] == [("t2", "9112"), ("t1", "112")]


def test_without_a_route_of_its_own_an_emergency_call_tries_the_trunks_in_the_order_of_the_routes():
    found = plan(route("+43.", ("t1",), position=900), route("+.", ("t2",), position=100)).decide(ANNA, "112")
    assert [trunk for trunk, _, _ in decided(found)] == ["t2", "t1"]


def test_an_emergency_call_shows_the_number_of_its_place_and_is_repeated_without_the_place():
    trunks = [TrunkChoice("t1", "one", sends_location=True), TrunkChoice("t2", "two", "national")]
    caller = OutsideCaller("anna", "1001", "+49301234500")
    decide = OutboundPlan(OutboundRules("acme", "DE", [route()], trunks)).decide
    targets = decide(caller, "112").targets
    assert [(one.trunk_id, one.caller_id, one.sends_location) for one in targets] == [
        *(("t1", "+49301234500", True), ("t2", "0301234500", False), ("t1", "+49301234500", False)),
    ]
    assert not any(one.caller_id or one.sends_location for one in decide(caller, "030 1234567").targets)


def test_an_emergency_call_shows_a_number_of_another_trunk_rather_than_none():
    decide = plan(route(), numbers=[owned("+49301234500")]).decide
    assert decided(decide(ANNA, "112")) == [("t1", "112", "+49301234500"), ("t2", "112", "0301234500")]
    assert [caller_id for *_, caller_id in decided(decide(ANNA, "030 1234567"))] == ["+49301234500", ""]


# ---- the reference


def reference(rules: OutboundRules, caller: OutsideCaller, dialled: str) -> tuple:
    """Return the rule, or the route and each trunk with what is sent and shown, by the words of the documentation."""
    number = normalise(dialled, rules.country)
    if number is None:
        return ("not_a_number",)
    trunks = {one.id: one for one in rules.trunks}
    if isinstance(number, PublicNumber):
        forms = [number.e164, re.sub(r"[-\s.()/]", "", dialled), national_form(number, rules.country)]
    else:
        forms = [number.number]
    candidates, positions = [], []
    for one in rules.routes:
        pattern = regular_expression(one.pattern)
        matched = next((form for form in forms if re.fullmatch(pattern, form)), None)
        fixed = sum(each in "0123456789+*#" for each in re.sub(r"\[.*?\]", "X", one.pattern))
        wild = len(re.sub(r"\[.*?\]", "X", one.pattern).strip(".!")) - fixed
        position = (one.position, -fixed, -wild, one.pattern[-1] in ".!", one.id)
        positions.append((position, one.trunks))
        if matched is not None:
            candidates.append((*position, matched, one))
    best = min(candidates, default=None, key=lambda each: each[:5])
    if isinstance(number, Emergency):
        mine = [one for one in (best[6].trunks if best else ()) if one in trunks]
        routed = [one for _, of_route in sorted(positions) for one in of_route if one in trunks]
        others = [one for one in dict.fromkeys((*routed, *trunks)) if one not in mine]
        order = [(trunks[one], best[6]) for one in mine] + [(trunks[one], None) for one in others]
        targets = [(one, by and (by, best[5])) for one, by in order]
        sent = tuple(sent_to(rules, caller, number, one, by) for one, by in targets)
        return (best[6].id if best else None, sent) if order else ("no_trunk",)
    blocked = None
    for owner in ([caller.extension_id] if caller.extension_id else []) + [""]:
        entries = [one for one in rules.blocks if one.extension_id == owner]
        entries = [one for one in entries if re.fullmatch(regular_expression(one.pattern), forms[0])]
        if entries and blocked is None:
            blocked = not max(
                entries, key=lambda one: (len(one.pattern.strip(".")), one.pattern[-1] != ".", one.allows)
            ).allows
    if blocked:
        return ("blocked",)
    country = number.country if isinstance(number, PublicNumber) else rules.country
    reach = rules.reach.get(caller.extension_id)
    if reach == "inside" or (reach == "national" and country != rules.country):
        return ("reach",)
    if rules.hours.get(caller.extension_id) == "closed":
        return ("hours",)
    if country != rules.country and country not in rules.policy.countries:
        return ("country",)
    if number.kind == "premium" and not rules.policy.premium:
        return ("premium",)
    if best is None:
        return ("no_route",) if trunks else ("no_trunk",)
    order = [trunks[one] for one in best[6].trunks if one in trunks]
    sent = tuple(sent_to(rules, caller, number, one, (best[6], best[5])) for one in order)
    return (best[6].id, sent) if order else ("no_trunk",)


def sent_to(rules: OutboundRules, caller: OutsideCaller, number, trunk: TrunkChoice, by) -> tuple[str, str, str]:
    """Return the trunk, the number to dial and the caller id; `by` is the route and what it matched, or None."""
    dialled = in_form(number.e164, trunk, rules.country) if isinstance(number, PublicNumber) else number.number
    of_route = ""
    if by is not None:
        chosen, matched = by
        of_route = next((one.number for one in rules.numbers if one.id == chosen.caller_number_id), "")
        if chosen.strip or chosen.prepend:
            dialled = chosen.prepend + matched[chosen.strip :]
    behalf = "" if isinstance(number, Emergency) else caller.calling_for
    of_queue = [one.number for one in rules.numbers if behalf and behalf in one.shown_for]
    of_queue += [one.number for one in rules.numbers if behalf and str(one.destination) == behalf]
    own = [one.number for one in rules.numbers if caller.extension_id and caller.extension_id in one.shown_for]
    leads = [
        one.number for one in rules.numbers if caller.number and str(one.destination) == f"extension:{caller.number}"
    ]
    of_trunk = [one.number for one in rules.numbers if one.trunk_id == trunk.id]
    choices = [*of_queue[:1], *own[:1], *leads[:1], of_route, *of_trunk[:1]]
    if isinstance(number, Emergency):
        choices += [one.number for one in rules.numbers]
    shown = next(filter(None, choices), "")
    return trunk.id, dialled, in_form(shown, trunk, rules.country)


def in_form(number: str, trunk: TrunkChoice, country: str) -> str:
    """Return a number in E.164 as the trunk wants it."""
    if trunk.number_format == "e164":
        return number.removeprefix("+")
    if trunk.number_format == "plus" or not number:
        return number
    return national_form(PublicNumber(number, "", "ordinary"), country)


def regular_expression(pattern: str) -> str:
    escaped = pattern.replace("+", r"\+").replace("*", r"\*")
    ending = {".": ".+", "!": ".*"}.get(pattern[-1], "")
    body = escaped.removesuffix(pattern[-1]) if ending else escaped
    return body.replace("X", "[0-9]").replace("Z", "[1-9]").replace("N", "[2-9]") + ending


NUMBERS = (
    *("0301234567", "030 1234567", "+49301234567", "0049301234567", "01719876543", "09001234567", "08001234567"),
    *("+4315131234", "+41441234567", "+12025550123", "0012025550123", "112", "110", "0112", "116117", "115"),
    *("1001", "+881612345678", "+18765551234", "abc", "0", "030999999", "+49309999999"),
)
BEGINNINGS = (
    "+",
    "+49",
    "+4930",
    "+43",
    "+1",
    "0",
    "00",
    "030",
    "0Z",
    "0NX",
    "0[1-3]",
    "+[14]",
    "1",
    "11X",
    "+49X0",
    "0ZXX",
)


def random_rules(numbers: random.Random) -> OutboundRules:
    forms = ("plus", "e164", "national")
    trunks = tuple(TrunkChoice(f"t{n}", f"t{n}", numbers.choice(forms)) for n in range(numbers.randrange(4)))
    public = [
        owned(
            f"+4930123450{n}",
            numbers.choice(("extension:1001", "extension:1002", "queue:6500", "room:8000")),
            trunk_id=numbers.choice(("t0", "t1", "t2")),
            shown_for=numbers.choice(((), (), ("anna",), ("queue:6500",), ("group:6000", "anna"))),
        )
        for n in range(numbers.randrange(4))
    ]
    names = ["t0", "t1", "t2", "t3"]
    routes = [
        route(
            numbers.choice(BEGINNINGS) + numbers.choice((".", "!", "X.", "")),
            tuple(numbers.sample(names, numbers.randint(1, 3))),
            name=f"{n:02}",
            position=numbers.choice((100, 100, 100, 1, 200)),
            strip=numbers.choice((0, 0, 1, 3)),
            prepend=numbers.choice(("", "", "9")),
            caller_number_id=numbers.choice(["", "gone", *[one.id for one in public]]),
        )
        for n in range(numbers.randrange(8))
    ]
    blocks = [
        Block(str(n), "acme", numbers.choice(("", "anna")), "out", numbers.random() < 0.5, CREATED, pattern)
        for n, pattern in enumerate(
            numbers.sample(("+4930.", "+49301234567", "+4.", "+43.", "+49309999999"), numbers.randrange(4))
        )
    ]
    countries = frozenset(numbers.sample(("AT", "CH", "US", "001"), numbers.randrange(3)))
    return OutboundRules(
        "acme", numbers.choice(("DE", "DE", "AT", "US")), routes, trunks, public,
        CallingPolicy("acme", countries, premium=numbers.random() < 0.3),
        {"anna": numbers.choice(("everywhere", "national", "inside"))}, blocks,
        {"anna": numbers.choice(("", "", "open", "closed"))},
    )  # fmt: skip


def test_the_decision_equals_the_reference_for_ten_thousand_plans():
    numbers, allowed = random.Random(11), 0
    for _ in range(10_000):
        rules, caller = random_rules(numbers), numbers.choice((ANNA, OutsideCaller(), FOR_QUEUE, FOR_GROUP))
        plan, dialled = OutboundPlan(rules, is_open=lambda hours_id: hours_id == "open"), numbers.choice(NUMBERS)
        found = plan.decide(caller, dialled)
        if isinstance(found, Allowed):
            allowed += 1
            result = (found.route.id if found.route else None, tuple(decided(found)))
        else:
            result = (found.rule,)
        assert result == reference(rules, caller, dialled), (rules, caller, dialled)
    assert allowed > 1_000


def test_short_numbers_take_routes_too():
    assert isinstance(normalise("116117", "DE"), Short)
    assert decided(plan(route("116XXX", ("t1",))).decide(ANNA, "116117")) == [("t1", "116117", "")]


def test_personal_values_are_not_shown():
    found = plan(route(), numbers=[owned("+49301234500", callers=(CallerRule("+4930.", DestinationRef("hangup")),))])
    assert "1234" not in repr(found.decide(ANNA, "0301234567"))
