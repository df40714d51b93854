"""Import and export of the public numbers of a tenant as CSV, after a preview and all in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.routing.kinds import MAX_CHAIN, chain_length
from unificx.routing.outbound import repository
from unificx.routing.outbound.inbound import MAX_NUMBERS, PublicNumberService
from unificx.routing.outbound.number_csv import (
    COLUMNS,
    NO,
    YES,
    NumberColumn,
    NumberFault,
    NumberFaultCode,
    NumberImport,
    NumberRow,
    PlannedNumber,
    numbers_csv,
    read_numbers_csv,
)
from unificx.routing.outbound.numbers import PublicNumber, normalise
from unificx.routing.outbound.schemas import InboundNumber, NumberChange
from unificx.routing.outbound.store import OutboundDependencies, OutboundStore
from unificx.routing.references import HANG_UP, DestinationRef

_REQUIRED: tuple[NumberColumn, ...] = ("trunk", "destination")
"""Columns without which a number cannot be added."""


@dataclass(frozen=True, slots=True)
class _Planned:
    """A row with the number that it stores, None for a faulty one."""

    row: PlannedNumber
    after: InboundNumber | None


class NumberFiles:
    """Import and export of public numbers. A number is recognised by itself, so that importing a file twice changes
    nothing."""

    def __init__(self, deps: OutboundDependencies, store: OutboundStore, numbers: PublicNumberService) -> None:
        self._deps = deps
        self._store = store
        self._numbers = numbers

    def export(self, tenant_id: str) -> bytes:
        """Return all numbers of a tenant as CSV. Patterns of callers are not part of it."""
        return numbers_csv(self._cells(one) for one in self._store.numbers_of(tenant_id))

    def preview(self, tenant_id: str, data: bytes) -> NumberImport:
        """Return what `run` would do with a file. Raise Invalid for an unreadable one."""
        rows, ignored = read_numbers_csv(data)
        present = self._store.numbers_of(tenant_id)
        return NumberImport(tuple(one.row for one in self._plan(tenant_id, rows, present)), ignored, applied=False)

    async def run(self, tenant_id: str, data: bytes, *, skip_faulty: bool = False) -> NumberImport:
        """Add and change numbers by a CSV file, all in one transaction. Raise Invalid for an unreadable file and,
        unless `skip_faulty`, for one with a faulty row; nothing is stored then."""
        rows, ignored = read_numbers_csv(data)
        async with self._deps.database.begin() as uow:
            await self._numbers.lock(uow, tenant_id)
            present = await repository.numbers_of(uow.session, self._deps.keys, tenant_id)
            planned = self._plan(tenant_id, rows, present)
            report = NumberImport(tuple(one.row for one in planned), ignored, applied=True)
            if (refused := report.count("refused")) and not skip_faulty:
                raise Invalid(
                    Phrase("Nothing was imported. Rows with a fault: {} of {}.", refused, len(rows)),
                    hint="Preview the file to see them, or skip faulty rows.",
                    field="file",
                )
            new = [one.after for one in planned if one.row.action == "create" and one.after is not None]
            changed = [one.after for one in planned if one.row.action == "update" and one.after is not None]
            if len(present) + len(new) > MAX_NUMBERS:
                raise Invalid(Phrase("A tenant has at most {} numbers.", MAX_NUMBERS), field="file")
            if new:
                await repository.insert_numbers(uow.session, self._deps.keys, new)
            for one in changed:
                await repository.update_number(uow.session, self._deps.keys, one)
            uow.after_commit += [partial(self._store.put_number, one) for one in (*new, *changed)]
        return report

    # ---- inside

    def _cells(self, number: InboundNumber) -> list[str]:
        trunk = self._deps.trunks.trunk(number.trunk_id)
        cells: Mapping[NumberColumn, str] = {
            "number": number.number,
            "trunk": trunk.name if trunk is not None else "",
            "destination": str(number.destination),
            "description": number.description,
            "shown_for": " ".join(self._numbers.shown_for(number)),
            "reject_anonymous": "yes" if number.reject_anonymous else "no",
        }
        return [cells[column] for column in COLUMNS]

    def _plan(self, tenant_id: str, rows: list[NumberRow], present: list[InboundNumber]) -> list[_Planned]:
        country = self._store.country(tenant_id)
        numbers = [normalise(row.cells.get("number", ""), country) for row in rows]
        e164 = [one.e164 if isinstance(one, PublicNumber) else "" for one in numbers]
        planner = _Planner(tenant_id, present, self._numbers, self._deps, frozenset(e164))
        return [planner.plan(row, number) for row, number in zip(rows, e164, strict=True)]


class _Planner:
    """Plans the rows of one file. `present`: the numbers of the tenant; `e164`: all those of the file."""

    def __init__(
        self,
        tenant_id: str,
        present: list[InboundNumber],
        numbers: PublicNumberService,
        deps: OutboundDependencies,
        e164: frozenset[str],
    ) -> None:
        self._tenant_id = tenant_id
        self._present = {one.number: one for one in present}
        self._numbers = numbers
        self._deps = deps
        self._e164 = e164
        # Owner: one plan of a file.
        self._earlier: set[str] = set()
        self._graph = deps.destinations.graph(tenant_id)
        self._led_to = {one.name for targets in self._graph.values() for one in targets if one.kind == "number"}

    def plan(self, row: NumberRow, number: str) -> _Planned:
        faults = [*row.faults]

        def refuse(code: NumberFaultCode, column: NumberColumn, message: str) -> None:
            faults.append(NumberFault(code, column, message))

        cells, before = row.cells, self._present.get(number)
        if not cells.get("number"):
            refuse("missing", "number", "The number is missing.")
        elif not number:
            refuse("malformed", "number", "This is not a telephone number.")
        elif number in self._earlier:
            refuse("repeated", "number", "An earlier row has the same number.")
        self._earlier.add(number)
        if before is None:
            for column in _REQUIRED:
                if not cells.get(column):
                    refuse("missing", column, f"A new number needs a {column}.")
        after = None
        if not faults:
            after = self._after(cells, number, before, refuse)
        if after is not None and (before is None or after.destination != before.destination):
            self._check_destination(after, refuse)
        shown = number or cells.get("number", "")[:40]
        if faults or after is None:
            to = cells.get("destination", "")[:100]
            return _Planned(PlannedNumber(row.line, "refused", shown, to, tuple(faults)), None)
        action = "create" if before is None else "unchanged" if after == before else "update"
        return _Planned(PlannedNumber(row.line, action, shown, str(after.destination)), after)

    def _after(
        self,
        cells: Mapping[NumberColumn, str],
        number: str,
        before: InboundNumber | None,
        refuse: Callable[[NumberFaultCode, NumberColumn, str], None],
    ) -> InboundNumber | None:
        """Return the number as the row describes it; None for a fault."""
        anonymous = cells.get("reject_anonymous", "").lower()
        if anonymous and anonymous not in YES | NO:
            refuse("malformed", "reject_anonymous", "Write yes or no.")
            return None
        shown_for = tuple(cells.get("shown_for", "").replace(",", " ").replace(";", " ").split())
        change = NumberChange(
            trunk=cells.get("trunk") or None,
            destination=cells.get("destination") or None,
            description=cells.get("description") or None,
            shown_for=shown_for or None,
            reject_anonymous=None if not anonymous else anonymous in YES,
        )
        known = before or InboundNumber(
            id=self._deps.clock.new_id(),
            tenant_id=self._tenant_id,
            trunk_id="",
            created=self._deps.clock.now(),
            number=number,
            destination=HANG_UP,
        )
        try:
            return self._numbers.changed(known, change)
        except Invalid as fault:
            columns: dict[str, NumberColumn] = {each: each for each in COLUMNS}
            column = columns.get(fault.field or "", "number")
            refuse("unknown" if column in ("trunk", "shown_for") else "malformed", column, fault.message)
            return None

    def _check_destination(
        self, number: InboundNumber, refuse: Callable[[NumberFaultCode, NumberColumn, str], None]
    ) -> None:
        """Check that a destination exists, that the chain after it is not too long, and that it does not lead back:
        only if something leads to this number is a loop possible."""
        to, destinations = number.destination, self._deps.destinations
        if destinations.resolve(self._tenant_id, to) is None:
            refuse("unknown", "destination", "This destination does not exist.")
        elif to.kind == "number" and to.name in self._e164:
            refuse("invalid", "destination", "A number cannot lead to another number of the same file.")
        elif number.number in self._led_to:
            try:
                destinations.check(self._tenant_id, DestinationRef("number", number.number), [to])
            except Invalid as fault:
                refuse("invalid", "destination", fault.message)
        elif chain_length(self._graph, to) >= MAX_CHAIN:
            refuse("invalid", "destination", f"More than {MAX_CHAIN} destinations lead to one another.")
