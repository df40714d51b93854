"""Opening hours of all tenants, which are also the destinations `hours:NAME`."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.phrases import Phrase, first_of
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import MemoryCopy, Page, UnitOfWork
from unificx.identity.events import TenantDeleted
from unificx.routing.codes import CodeUse, FeatureCodes
from unificx.routing.destinations import Destination, TenantObject
from unificx.routing.hours import repository
from unificx.routing.hours.calendar import read_holidays
from unificx.routing.hours.schemas import HoursChange, NewHours, OpeningHours, Switch
from unificx.routing.hours.weekly import is_open, parse_weekly
from unificx.routing.kinds import DestinationServiceDependencies
from unificx.routing.plans import CallApp, GoTo, PathObject
from unificx.routing.references import DestinationRef

HOURS_APP = "hours-switch"
"""The app that changes the switch of the opening hours of its argument."""
SWITCH_BY_DIGIT: Mapping[str, Switch] = {"0": "auto", "1": "open", "2": "closed"}
MAX_HOLIDAYS = 1000
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}\Z")
_CODE = re.compile(r"\*[0-9]{2,5}\Z")
_ranges = lru_cache(maxsize=4096)(parse_weekly)
"""The ranges of weekly hours; calls ask for the same ones again and again."""


class HoursService:
    """All opening hours of the installation. Call `start` first; lookups are served from memory."""

    kind = "hours"

    def __init__(self, deps: DestinationServiceDependencies, codes: FeatureCodes) -> None:
        self._deps = deps
        self._codes = codes
        codes.uses.append(self._code_uses)
        self._hours = MemoryCopy[OpeningHours](lambda hours: hours.name)
        self.on_change: list[Callable[[str], None]] = []
        """Called with the tenant of hours that were changed or deleted; filled by the composition root."""
        self.uses: list[Callable[[OpeningHours], Sequence[str]]] = []
        """Each names what uses opening hours besides destinations; filled by the composition root."""

    async def start(self) -> None:
        """Load all opening hours."""
        async with self._deps.database.read() as session:
            for hours in await repository.all_hours(session, self._deps.keys):
                self._hours.put(hours)

    # ---- destinations

    def find(self, tenant_id: str, name: str) -> Destination | None:
        """Return where the hours lead now."""
        hours = self._hours.named(tenant_id, name)
        if hours is None:
            return None
        to = hours.then if self.is_open(hours) else hours.otherwise
        return TenantObject(GoTo(to), PathObject("hours", "", hours.name))

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        """Return the app behind the feature code of a switch: followed by 0 for auto, 1 for open, 2 for closed."""
        found = self._by_code(tenant_id, dialled)
        return CallApp(HOURS_APP, (found[0].id, found[1])) if found is not None else None

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        return {hours.name: (hours.then, hours.otherwise) for hours in self.of_tenant(tenant_id)}

    def state(self, tenant_id: str, dialled: str) -> bool | None:
        """Return whether the key of a phone with the feature code of a switch is lit; None for another code.

        The code alone: while it is closed, for any reason. Followed by a digit: while the switch has this position.
        Implements `sip_server.SwitchStates`.
        """
        found = self._by_code(tenant_id, dialled)
        if found is None:
            return None
        hours, digit = found
        return hours.switch == SWITCH_BY_DIGIT[digit] if digit else not self.is_open(hours)

    # ---- lookups

    def get(self, tenant_id: str, reference: str) -> OpeningHours:
        """Return opening hours by id or name. Raises NotFound."""
        hours = self._hours.find(tenant_id, reference)
        if hours is None:
            raise _not_found()
        return hours

    def is_open(self, hours: OpeningHours) -> bool:
        """Return whether it is open now, in the time zone of the tenant."""
        if hours.switch != "auto":
            return hours.switch == "open"
        local = self._deps.clock.now().astimezone(self._deps.directory.time_zone(hours.tenant_id))
        return is_open(_ranges(hours.weekly), hours.holidays, local)

    def of_tenant(self, tenant_id: str) -> Sequence[OpeningHours]:
        """Return the opening hours of a tenant in order of creation."""
        return self._hours.of_tenant(tenant_id)

    def list(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[OpeningHours]:
        """Return a page of opening hours. Raises Invalid for an invalid cursor."""
        return self._hours.page(tenant_id, cursor, limit)

    # ---- changes

    async def create(self, tenant_id: str, new: NewHours) -> OpeningHours:
        """Create opening hours. Raises Invalid; Conflict if the name or the code is in use."""
        if not _NAME.match(new.name):
            raise Invalid("Use a name of lower-case letters, digits, - and _.", field="name")
        hours = OpeningHours(
            self._deps.clock.new_id(),
            tenant_id,
            new.name,
            self._deps.clock.now(),
            new.weekly,
            tuple(sorted(set(new.holidays))),
            code=new.code,
            then=new.then,
            otherwise=new.otherwise,
        )
        async with self._deps.database.begin() as uow:
            await self._deps.destinations.lock(uow, tenant_id)
            if await repository.is_named(uow.session, tenant_id, new.name):
                raise Conflict("These opening hours exist already.", field="name")
            self._check(hours)
            await self._check_code(uow, hours)
            await repository.insert_hours(uow.session, self._deps.keys, hours)
            uow.after_commit.append(partial(self._hours.put, hours))
        return hours

    async def update(
        self, hours: OpeningHours, change: HoursChange, condition: Precondition[OpeningHours] = unconditional
    ) -> OpeningHours:
        """Change opening hours. Raises Invalid; NotFound for deleted ones; what `condition` raises."""

        def changed(before: OpeningHours) -> OpeningHours:
            return replace(
                before,
                weekly=before.weekly if change.weekly is None else change.weekly,
                holidays=before.holidays if change.holidays is None else tuple(sorted(set(change.holidays))),
                switch=change.switch or before.switch,
                code=before.code if change.code is None else change.code,
                then=change.then or before.then,
                otherwise=change.otherwise or before.otherwise,
            )

        return await self._change(hours, changed, condition)

    async def import_calendar(
        self, hours: OpeningHours, text: str, condition: Precondition[OpeningHours] = unconditional
    ) -> OpeningHours:
        """Add the dates of an iCalendar file to the holidays. Raises Invalid; NotFound for deleted hours; what
        `condition` raises."""
        now = self._deps.clock.now().astimezone(self._deps.directory.time_zone(hours.tenant_id))
        added = read_holidays(text, now.date())

        def changed(before: OpeningHours) -> OpeningHours:
            return replace(before, holidays=tuple(sorted({*before.holidays, *added})))

        return await self._change(hours, changed, condition)

    async def switch_by_code(self, hours_id: str, digit: str) -> OpeningHours | None:
        """Change the switch by its feature code: 0 auto, 1 open, 2 closed. Without a digit, to closed if it is open
        now, else to auto. Return the hours, None if they no longer exist."""
        hours = self._hours.get(hours_id)
        if hours is None:
            return None
        toggled: Switch = "closed" if self.is_open(hours) else "auto"
        return await self.update(hours, HoursChange(switch=SWITCH_BY_DIGIT.get(digit, toggled)))

    async def delete(self, hours: OpeningHours, condition: Precondition[OpeningHours] = unconditional) -> None:
        """Delete opening hours. Raises Conflict if a destination leads to them or something else uses them, NotFound;
        what `condition` raises."""
        async with self._deps.database.begin() as uow:
            await self._deps.destinations.lock(uow, hours.tenant_id)
            stored = await repository.get_hours(uow.session, self._deps.keys, hours.tenant_id, hours.id)
            if stored is None:
                raise _not_found()
            condition(stored)
            self._deps.destinations.require_unused(hours.tenant_id, DestinationRef("hours", hours.name))
            if used := [name for uses_of in self.uses for name in uses_of(hours)]:
                raise Conflict(Phrase("These opening hours are used by {}.", first_of(used)), hint="Change that first.")
            await repository.delete_hours(uow.session, hours.tenant_id, hours.id)
            uow.after_commit += (partial(self._hours.drop, hours), partial(self._changed, hours))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the opening hours of a deleted tenant. Outbox handler."""
        await repository.delete_tenant_hours(uow.session, event.tenant)
        for hours in self.of_tenant(event.tenant):
            uow.after_commit.append(partial(self._hours.drop, hours))

    # ---- inside

    async def _change(
        self,
        hours: OpeningHours,
        change: Callable[[OpeningHours], OpeningHours],
        condition: Precondition[OpeningHours],
    ) -> OpeningHours:
        """Change opening hours as stored now. Raises Invalid; NotFound for deleted ones; what `condition` raises."""
        async with self._deps.database.begin() as uow:
            await self._deps.destinations.lock(uow, hours.tenant_id)
            before = await repository.get_hours(uow.session, self._deps.keys, hours.tenant_id, hours.id)
            if before is None:
                raise _not_found()
            condition(before)
            after = change(before)
            self._check(after)
            if after.code != before.code:
                await self._check_code(uow, after)
            await repository.update_hours(uow.session, self._deps.keys, after)
            uow.after_commit += (partial(self._hours.put, after), partial(self._changed, after))
        return after

    def _by_code(self, tenant_id: str, dialled: str) -> tuple[OpeningHours, str] | None:
        """Return the hours with a feature code, and the digit dialled after it, "" for none."""
        if not dialled.startswith("*"):
            return None
        for hours in self.of_tenant(tenant_id):
            digit = dialled.removeprefix(hours.code)
            if hours.code and digit != dialled and digit in ("", *SWITCH_BY_DIGIT):
                return hours, digit
        return None

    def _changed(self, hours: OpeningHours) -> None:
        for notify in self.on_change:
            notify(hours.tenant_id)

    def _check(self, hours: OpeningHours) -> None:
        parse_weekly(hours.weekly)
        if len(hours.holidays) > MAX_HOLIDAYS:
            raise Invalid(Phrase("Too many holidays. Use at most {}.", MAX_HOLIDAYS), field="holidays")
        own = DestinationRef("hours", hours.name)
        self._deps.destinations.check(hours.tenant_id, own, (hours.then,), "then")
        self._deps.destinations.check(hours.tenant_id, own, (hours.then, hours.otherwise), "otherwise")

    async def _check_code(self, uow: UnitOfWork, hours: OpeningHours) -> None:
        if not hours.code:
            return
        if not _CODE.match(hours.code):
            raise Invalid("Use a code of * and 2 to 5 digits.", field="code")
        stored = await self._codes.stored(uow, hours.tenant_id)
        self._codes.require_free(hours.tenant_id, _code_use(hours), stored)

    def _code_uses(self, tenant_id: str) -> Sequence[CodeUse]:
        return [_code_use(hours) for hours in self.of_tenant(tenant_id) if hours.code]


def _code_use(hours: OpeningHours) -> CodeUse:
    """The texts that are dialled for the switch: its code, alone or with a digit of `SWITCH_BY_DIGIT`."""
    return CodeUse("hours", hours.name, hours.code, 1, 1)


def _not_found() -> NotFound:
    return NotFound("Opening hours not found.")
