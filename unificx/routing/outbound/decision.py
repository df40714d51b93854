"""Decision on calls outside: route, trunks, number sent and caller id, or the rule that forbids the call. Pure.

An `OutboundPlan` holds everything about one tenant and is built anew when something changes, so that a decision reads
memory only. Limits that depend on earlier calls are checked separately, by `fraud`.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Literal

from unificx.routing.outbound.numbers import (
    SEPARATORS,
    Emergency,
    OutsideDialled,
    PublicNumber,
    national_form,
    normalise,
)
from unificx.routing.outbound.patterns import Pattern, PatternIndex, parse_pattern
from unificx.routing.outbound.schemas import CALLING_FOR_KINDS, Block, CallingPolicy, InboundNumber, Reach, Route
from unificx.routing.plans import OutsideTarget

RefusalRule = Literal[
    "not_a_number", "no_trunk", "no_route", "blocked", "reach", "hours", "country", "premium", "stopped"
]
NumberFormat = Literal["e164", "plus", "national"]


@dataclass(frozen=True, slots=True)
class TrunkChoice:
    """A trunk of the tenant. `number_format`: form of the numbers sent to its carrier; `sends_location`: emergency
    calls carry the place of the caller."""

    id: str
    name: str
    number_format: NumberFormat = "plus"
    sends_location: bool = False


@dataclass(frozen=True, slots=True)
class OutsideCaller:
    """A calling extension; "" for calls that no extension makes, such as those of a menu. `place_number`: the number in
    E.164 that emergency calls show, by which the carrier knows the place of the caller; "" for that of other calls.
    `calling_for`: the ring group or queue in whose name it calls, as destinations are written; "" for its own."""

    extension_id: str = ""
    number: str = ""
    place_number: str = field(default="", repr=False)
    calling_for: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The call may be made. `targets`: the trunks in the order in which they are tried; `route` None: no route is
    needed for an emergency call."""

    number: OutsideDialled
    route: Route | None
    targets: tuple[OutsideTarget, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A rule forbids the call. `detail`: the country, the route or the name of the list."""

    rule: RefusalRule
    number: OutsideDialled | None = None
    detail: str = ""


Decision = Allowed | Refused


@dataclass(frozen=True, slots=True)
class OutboundRules:
    """The settings of a tenant. `trunks` in order of preference, `numbers` in order of creation, `reach` by extension,
    `hours` ids of opening hours by extension; `blocks` are those of outgoing calls."""

    tenant_id: str
    country: str
    routes: Sequence[Route] = ()
    trunks: Sequence[TrunkChoice] = ()
    numbers: Sequence[InboundNumber] = ()
    policy: CallingPolicy = field(default_factory=lambda: CallingPolicy(""))
    reach: Mapping[str, Reach] = field(default_factory=dict[str, Reach])
    blocks: Sequence[Block] = ()
    hours: Mapping[str, str] = field(default_factory=dict[str, str])


class OutboundPlan:
    """Decides on the calls of one tenant. `chance` returns numbers from 0 to below 1, for trunks with weights;
    `is_open` says whether opening hours are open now, by their id."""

    def __init__(
        self,
        rules: OutboundRules,
        chance: Callable[[], float] = lambda: 0.0,
        is_open: Callable[[str], bool] = lambda hours_id: False,
    ) -> None:
        self.rules = rules
        self._chance = chance
        self._is_open = is_open
        routes = _sorted_routes(rules.routes)
        self._index = PatternIndex(routes)
        self._blocks = BlockLists(rules.blocks)
        self._trunks = {one.id: one for one in rules.trunks}
        routed = (one for _, route in routes for one in route.trunks if one in self._trunks)
        self._preferred = tuple(dict.fromkeys((*routed, *self._trunks)))
        self._numbers = {one.id: one.number for one in rules.numbers}
        self._shown = _shown_numbers(rules.numbers)
        # Owner: the rules of the tenant, from which it is derived.
        self._of_trunk: dict[str, str] = {}
        for one in rules.numbers:
            self._of_trunk.setdefault(one.trunk_id, one.number)
        self._first_number = rules.numbers[0].number if rules.numbers else ""
        self._countries = rules.policy.countries | {rules.country}

    def decide(self, caller: OutsideCaller, dialled: str, *, withheld: bool = False) -> Decision:
        """Decide on a call to `dialled`, a string as dialled or in E.164."""
        number = normalise(dialled, self.rules.country)
        if number is None:
            return Refused("not_a_number")
        forms = self._forms(number, dialled)
        if isinstance(number, Emergency):
            return self._emergency(caller, number, forms)
        forbidden = self._forbidden(caller, number, forms[0])
        if forbidden is not None:
            return forbidden
        found = self._route(forms)
        if found is None:
            return Refused("no_route" if self._trunks else "no_trunk", number)
        route, matched = found
        ordered = weighted_order(route.trunks, route.weights, self._chance) if route.weights else route.trunks
        trunks = [self._trunks[trunk_id] for trunk_id in ordered if trunk_id in self._trunks]
        if not trunks:
            return Refused("no_trunk", number, route.name)
        return Allowed(number, route, self._targets(caller, number, route, matched, trunks, withheld=withheld))

    # ---- parts

    def _forms(self, number: OutsideDialled, dialled: str) -> tuple[str, ...]:
        """Return the forms in which patterns can match the number, the most general one first."""
        if not isinstance(number, PublicNumber):
            return (number.number,)
        return number.e164, dialled.translate(SEPARATORS), national_form(number, self.rules.country)

    def _route(self, forms: Sequence[str]) -> tuple[Route, str] | None:
        """Return the first route that matches any form, and the form."""
        best: tuple[int, Route] | None = None
        matched = ""
        for form in forms:
            found = self._index.find(form)
            if found is not None and (best is None or found[0] < best[0]):
                best, matched = found, form
        return (best[1], matched) if best is not None else None

    def _forbidden(self, caller: OutsideCaller, number: OutsideDialled, form: str) -> Refused | None:
        if self._blocks.refuses(caller.extension_id, form):
            return Refused("blocked", number)
        reach = self.rules.reach.get(caller.extension_id, "everywhere")
        foreign = isinstance(number, PublicNumber) and number.country != self.rules.country
        if reach == "inside" or (reach == "national" and foreign):
            return Refused("reach", number, reach)
        hours = self.rules.hours.get(caller.extension_id)
        if hours and not self._is_open(hours):
            return Refused("hours", number)
        if isinstance(number, PublicNumber) and number.country not in self._countries:
            return Refused("country", number, number.country)
        if not isinstance(number, Emergency) and number.kind == "premium" and not self.rules.policy.premium:
            return Refused("premium", number)
        return None

    def _emergency(self, caller: OutsideCaller, number: Emergency, forms: Sequence[str]) -> Decision:
        """Every trunk is tried: those of a matching route first, then those of the other routes in their order. No rule
        forbids the call."""
        routed = self._route(forms)
        route, matched = routed if routed is not None else (None, number.number)
        first = [one for one in (route.trunks if route is not None else ()) if one in self._trunks]
        trunks = [self._trunks[one] for one in (*first, *(one for one in self._preferred if one not in first))]
        if not trunks:
            return Refused("no_trunk", number)
        targets = self._targets(caller, number, route, matched, trunks[: len(first)])
        others = self._targets(caller, number, None, number.number, trunks[len(first) :])
        found = (*targets, *others)
        # A carrier may refuse a call for the form of its location (RFC 6442 section 4.3): then it goes out without it.
        plain = (replace(one, sends_location=False) for one in found if one.sends_location)
        return Allowed(number, route, (*found, *plain))

    def _targets(
        self,
        caller: OutsideCaller,
        number: OutsideDialled,
        route: Route | None,
        matched: str,
        trunks: Sequence[TrunkChoice],
        *,
        withheld: bool = False,
    ) -> tuple[OutsideTarget, ...]:
        changed = route is not None and (route.strip or route.prepend)
        emergency = isinstance(number, Emergency)
        targets: list[OutsideTarget] = []
        for trunk in trunks:
            if route is not None and changed:
                sent = route.prepend + matched[route.strip :]
            elif isinstance(number, PublicNumber):
                sent = _formatted(number, trunk.number_format, self.rules.country)
            else:
                sent = number.number
            targets.append(
                OutsideTarget(
                    number=number.e164 if isinstance(number, PublicNumber) else number.number,
                    trunk_id=trunk.id,
                    sent=sent,
                    caller_id=self._caller_id(caller, route, trunk, emergency=emergency),
                    withheld=withheld,
                    emergency=emergency,
                    sends_location=emergency and trunk.sends_location,
                )
            )
        return tuple(targets)

    def _caller_id(self, caller: OutsideCaller, route: Route | None, trunk: TrunkChoice, *, emergency: bool) -> str:
        """Return the number shown: that of the group or queue in whose name the call is made, the extension's own, that
        of the route, or the first one of the trunk. An emergency call shows that of the place first, never that of a
        group or queue, and has to show any number rather than none: it may be called back."""
        own = self._shown.get(caller.extension_id) or self._shown.get(f"extension:{caller.number}")
        of_route = self._numbers.get(route.caller_number_id) if route is not None else None
        shown = own or of_route or self._of_trunk.get(trunk.id, "")
        if emergency:
            shown = caller.place_number or shown or self._first_number
        else:
            shown = self._shown.get(caller.calling_for) or shown
        if not shown or trunk.number_format == "plus":
            return shown
        return _formatted(PublicNumber(shown, "", "ordinary"), trunk.number_format, self.rules.country)


def weighted_order(trunks: Sequence[str], weights: Sequence[int], chance: Callable[[], float]) -> list[str]:
    """Return trunks in the order in which one call tries them. The next one is drawn with a chance in proportion to its
    weight, as with SRV records (RFC 2782), but those with weight 0 come last, in their order."""
    left = [(trunk, weight) for trunk, weight in zip(trunks, weights, strict=True) if weight]
    found: list[str] = []
    while left:
        bounds = list(accumulate(weight for _, weight in left))
        found.append(left.pop(bisect_right(bounds, chance() * bounds[-1]))[0])
    return [*found, *[trunk for trunk in trunks if trunk not in found]]


def _formatted(number: PublicNumber, form: NumberFormat, country: str) -> str:
    if form == "plus":
        return number.e164
    return number.e164[1:] if form == "e164" else national_form(number, country)


def _shown_numbers(numbers: Sequence[InboundNumber]) -> dict[str, str]:
    """Return numbers by extension id, and by the reference of a group or queue. Those that lead to an extension, group
    or queue come after all that are shown for it, by its reference."""
    shown: dict[str, str] = {}
    for one in numbers:
        for owner in one.shown_for:
            shown.setdefault(owner, one.number)
    for one in numbers:
        if one.destination.kind in ("extension", *CALLING_FOR_KINDS):
            shown.setdefault(str(one.destination.target), one.number)
    return shown


class BlockLists:
    """Block and allow lists of a tenant and of its extensions, in one direction."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        by_list: dict[str, list[Block]] = {}
        for one in blocks:
            by_list.setdefault(one.extension_id, []).append(one)
        self._indexes = {
            extension_id: PatternIndex([(pattern, one.allows) for pattern, one in _sorted_blocks(entries)])
            for extension_id, entries in by_list.items()
        }

    def refuses(self, extension_id: str, number: str) -> bool:
        """Return whether a number is blocked, by the extension's own list or else by that of the tenant."""
        for owner in (extension_id, "") if extension_id else ("",):
            index = self._indexes.get(owner)
            found = index.find(number) if index is not None else None
            if found is not None:
                return not found[1]
        return False


def _sorted_routes(routes: Iterable[Route]) -> list[tuple[Pattern, Route]]:
    """Return routes in the order in which they are tried: by position, the more specific pattern first, then by age."""
    parsed = [(parse_pattern(one.pattern), one) for one in routes]
    return sorted(parsed, key=lambda one: (one[1].position, *_specific_first(one[0]), one[1].id))


def _sorted_blocks(blocks: Iterable[Block]) -> list[tuple[Pattern, Block]]:
    """Return entries in order of precedence: the more specific one first, of equal ones the one that allows."""
    parsed = [(parse_pattern(one.pattern), one) for one in blocks]
    return sorted(parsed, key=lambda one: (*_specific_first(one[0]), not one[1].allows, one[1].id))


def _specific_first(pattern: Pattern) -> tuple[int, ...]:
    return tuple([-int(each) for each in pattern.specificity])
