"""Public numbers: which destination they lead to, and who may show them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.names import is_printable
from unificx.core.phrases import Phrase, first_of
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import Page, UnitOfWork, lock_scope
from unificx.identity import Extension
from unificx.identity.events import ExtensionDeleted
from unificx.routing.destinations import Destination
from unificx.routing.events import DestinationDeleted
from unificx.routing.outbound import repository
from unificx.routing.outbound.numbers import PublicNumber, normalise
from unificx.routing.outbound.patterns import parse_pattern
from unificx.routing.outbound.ranges import extension_for, parse_extensions, parse_range
from unificx.routing.outbound.schemas import (
    CALLING_FOR_KINDS,
    CallerRule,
    InboundNumber,
    NewNumber,
    NumberChange,
    NumberRange,
)
from unificx.routing.outbound.store import OutboundDependencies, OutboundStore
from unificx.routing.plans import NO_SUCH_NUMBER, Reject, Rejection
from unificx.routing.references import DestinationRef

MAX_NUMBERS = 10_000
"""Public numbers of one tenant."""
MAX_CALLER_RULES = 50
"""Caller patterns of one number."""
MAX_DESCRIPTION = 200
"""Characters of a description."""


class PublicNumberService:
    """All public numbers of the installation, served from memory."""

    def __init__(self, deps: OutboundDependencies, store: OutboundStore) -> None:
        self._deps = deps
        self._store = store

    # ---- calls from a carrier

    def e164(self, tenant_id: str, text: str) -> str:
        """Return a number as a carrier has sent it in E.164, by the tenant's country; "" if it is none.

        Carriers also send national numbers without prefix and international ones without "+"; a number of the tenant is
        recognised in each form.
        """
        country = self._store.country(tenant_id)
        for form in (text, f"+{text}", f"0{text}"):
            number = normalise(form, country)
            if isinstance(number, PublicNumber) and (form == text or self._store.number(tenant_id, number.e164)):
                return number.e164
        number = normalise(f"+{text}", country)
        return number.e164 if isinstance(number, PublicNumber) else ""

    def destination(self, tenant_id: str, trunk_id: str, called_number: str, caller_number: str) -> Destination | None:
        """Return where a number of the tenant leads; None if the tenant does not have it on this trunk.

        Numbers are in E.164, that of the caller is "" if it is withheld. A number whose destination no longer exists
        leads to a rejection, so that its calls have records.
        """
        found = self._store.number(tenant_id, called_number)
        if found is None or found.trunk_id != trunk_id:
            return None
        if self._deps.directory.tenant(tenant_id) is None:
            # Deleted; its numbers are dropped a little later. The carrier may serve another tenant with this number.
            return None
        if self._deps.directory.is_suspended(tenant_id, ""):
            return Reject(Rejection.UNREACHABLE)
        if not caller_number and found.reject_anonymous:
            return Reject(Rejection.DECLINED)
        ref = _destination_for(found, caller_number)
        if caller_number and self._is_blocked(tenant_id, ref, caller_number):
            return Reject(Rejection.DECLINED)
        return self._deps.destinations.resolve(tenant_id, ref) or NO_SUCH_NUMBER

    def _is_blocked(self, tenant_id: str, ref: DestinationRef, caller_number: str) -> bool:
        extension = self._deps.directory.extension(tenant_id, ref.name) if ref.kind == "extension" else None
        return self._store.is_caller_blocked(tenant_id, extension.id if extension is not None else "", caller_number)

    # ---- lookups

    def find(self, tenant_id: str, reference: str) -> InboundNumber:
        """Return a public number by id or number. Raises NotFound."""
        found = self._store.numbers.get(reference) or self._store.dialled_number(tenant_id, reference)
        if found is None or found.tenant_id != tenant_id:
            raise NotFound("Number not found.")
        return found

    def list(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[InboundNumber]:
        """Return a page of public numbers. Raises Invalid for an invalid cursor."""
        return self._store.numbers.page(tenant_id, cursor, limit)

    # ---- changes

    def count(self, tenant_id: str) -> int:
        """Return how many numbers a tenant has."""
        return len(self._store.numbers_of(tenant_id))

    async def create(self, tenant_id: str, new: NewNumber) -> InboundNumber:
        """Add a number. Raises Invalid; Conflict if the tenant has it already."""
        parsed = normalise(new.number, self._store.country(tenant_id))
        if not isinstance(parsed, PublicNumber):
            hint = "Write it in international form, such as +49301234500."
            raise Invalid("This is not a telephone number.", field="number", hint=hint)
        [number] = await self._create(tenant_id, [parsed.e164], new, "number")
        return number

    def preview_range(self, tenant_id: str, text: str, extensions: str = "") -> NumberRange:
        """Return the numbers of a range, those that the tenant has already, and those that lead to an extension by
        their last digits. Raises Invalid."""
        numbers = parse_range(text, self._store.country(tenant_id))
        direct = {number: each.number for number, each in self._direct(tenant_id, numbers, extensions).items()}
        taken = tuple(each for each in numbers if self._store.number(tenant_id, each) is not None)
        return NumberRange(tuple(numbers), taken, tuple(direct.items()))

    async def create_range(self, tenant_id: str, new: NewNumber) -> NumberRange:
        """Add all numbers of the range `new.number`, or none. A number that leads to an extension by its last digits is
        also the one that the extension shows. Raises Invalid; Conflict if one exists already."""
        found = self.preview_range(tenant_id, new.number, new.extensions)
        await self._create(tenant_id, found.numbers, new, "numbers")
        return replace(found, taken=())

    async def update(
        self, number: InboundNumber, change: NumberChange, condition: Precondition[InboundNumber] = unconditional
    ) -> InboundNumber:
        """Change where a number leads. Raises Invalid; NotFound for a deleted number; what `condition` raises."""
        async with self._deps.database.begin() as uow:
            await self.lock(uow, number.tenant_id)
            before = await self._stored(uow, number)
            condition(before)
            after = self.changed(before, change)
            self._check_destinations(after)
            await repository.update_number(uow.session, self._deps.keys, after)
            uow.after_commit.append(partial(self._store.put_number, after))
        return after

    async def delete(self, number: InboundNumber, condition: Precondition[InboundNumber] = unconditional) -> None:
        """Delete a number. Raises Conflict if a route shows it, or if a destination leads to it, which would call it
        outside from then on; NotFound; what `condition` raises."""
        async with self._deps.database.begin() as uow:
            await self._deps.destinations.lock(uow, number.tenant_id)
            await lock_scope(uow.session, "outbound routes", number.tenant_id)
            condition(await self._stored(uow, number))
            self._deps.destinations.require_unused(number.tenant_id, DestinationRef("number", number.number))
            for route in await repository.routes_of(uow.session, number.tenant_id):
                if route.caller_number_id == number.id:
                    hint = "Change the caller id of the route first."
                    raise Conflict(Phrase("The route {} shows this number.", route.name), hint=hint)
            await repository.delete_number(uow.session, number.tenant_id, number.id)
            uow.after_commit.append(partial(self._store.drop_number, number))

    async def _stored(self, uow: UnitOfWork, number: InboundNumber) -> InboundNumber:
        stored = await repository.find_number(uow.session, self._deps.keys, number.tenant_id, number.id)
        if stored is None:
            raise NotFound("Number not found.")
        return stored

    async def lock(self, uow: UnitOfWork, tenant_id: str) -> None:
        """Keep other transactions from changing numbers, and where they may lead, until the commit. Everywhere in this
        order: two that wait for each other would fail."""
        await self._deps.destinations.lock(uow, tenant_id)
        await lock_scope(uow.session, "public numbers", tenant_id)

    # ---- inside

    async def _create(self, tenant_id: str, e164: Sequence[str], new: NewNumber, field: str) -> Sequence[InboundNumber]:
        """Add numbers with the same values. `field` is named by errors about the numbers."""
        async with self._deps.database.begin() as uow:
            await self.lock(uow, tenant_id)
            trunk_id, shown_for = (
                self._deps.trunk_id(tenant_id, new.trunk, "trunk"),
                self._owners(tenant_id, new.shown_for),
            )
            first = InboundNumber(
                id="",
                tenant_id=tenant_id,
                trunk_id=trunk_id,
                created=self._deps.clock.now(),
                number=e164[0],
                destination=DestinationRef.parse(new.destination),
                callers=_caller_rules(new.callers),
                shown_for=shown_for,
                reject_anonymous=new.reject_anonymous,
                description=_description(new.description),
            )
            direct = self._direct(tenant_id, e164, new.extensions)
            ids = sorted(self._deps.clock.new_id() for _ in e164)  # numbers are listed by their ids
            numbers = [
                _leading_to(replace(first, id=new_id, number=each), direct.get(each))
                for new_id, each in zip(ids, e164, strict=True)
            ]
            self._check_destinations(first, frozenset(e164))
            stored = await repository.numbers_of(uow.session, self._deps.keys, tenant_id)
            present = {each.number for each in stored}
            if taken := [each for each in e164 if each in present]:
                text = Phrase("The tenant has {} already.", first_of(taken))
                raise Conflict(text, hint="Change that number, or choose another one.", field=field)
            if len(stored) + len(numbers) > MAX_NUMBERS:
                raise Conflict(Phrase("A tenant has at most {} numbers.", MAX_NUMBERS), field=field)
            await repository.insert_numbers(uow.session, self._deps.keys, numbers)
            uow.after_commit += [partial(self._store.put_number, number) for number in numbers]
        return numbers

    def _direct(self, tenant_id: str, e164: Sequence[str], extensions: str) -> dict[str, Extension]:
        """Return the extensions that numbers lead to by their last digits. Raises Invalid."""
        if not extensions.strip():
            return {}
        pattern = parse_extensions(extensions)
        named = {each: self._deps.directory.extension(tenant_id, extension_for(pattern, each)) for each in e164}
        return {number: extension for number, extension in named.items() if extension is not None}

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Remove a deleted extension from the numbers that it showed. Outbox handler."""
        await self._remove_owner(event.tenant, event.extension_id, uow)

    async def on_destination_deleted(self, event: DestinationDeleted, uow: UnitOfWork) -> None:
        """Remove a deleted ring group or queue from the numbers that it showed. Outbox handler."""
        await self._remove_owner(event.tenant, event.reference, uow)

    async def _remove_owner(self, tenant_id: str, owner: str, uow: UnitOfWork) -> None:
        await lock_scope(uow.session, "public numbers", tenant_id)
        for number in await repository.numbers_of(uow.session, self._deps.keys, tenant_id):
            if owner in number.shown_for:
                after = replace(number, shown_for=tuple(each for each in number.shown_for if each != owner))
                await repository.update_number(uow.session, self._deps.keys, after)
                uow.after_commit.append(partial(self._store.put_number, after))

    def shown_for(self, number: InboundNumber) -> Sequence[str]:
        """Return the numbers of extensions, and references of groups and queues, that show a number and exist."""
        numbers = self._deps.directory.extension_numbers
        return [shown for one in number.shown_for for shown in ([one] if ":" in one else numbers([one]))]

    def changed(self, number: InboundNumber, change: NumberChange) -> InboundNumber:
        """Return the number after a change, not stored yet. Raises Invalid; destinations are not checked."""
        tenant_id = number.tenant_id
        trunk, callers, shown_for, to = change.trunk, change.callers, change.shown_for, change.destination
        return replace(
            number,
            trunk_id=number.trunk_id if trunk is None else self._deps.trunk_id(tenant_id, trunk, "trunk"),
            destination=number.destination if to is None else DestinationRef.parse(to),
            callers=number.callers if callers is None else _caller_rules(callers),
            shown_for=number.shown_for if shown_for is None else self._owners(tenant_id, shown_for),
            reject_anonymous=number.reject_anonymous if change.reject_anonymous is None else change.reject_anonymous,
            description=number.description if change.description is None else _description(change.description),
        )

    def _check_destinations(self, number: InboundNumber, together: frozenset[str] = frozenset()) -> None:
        """Check where a number leads. `together`: numbers that are to lead there with it."""
        refs = [number.destination, *(rule.destination for rule in number.callers)]
        for each in {number.number, *(ref.name for ref in refs if ref.kind == "number" and ref.name in together)}:
            self._deps.destinations.check(number.tenant_id, DestinationRef("number", each), refs)

    def _owners(self, tenant_id: str, references: tuple[str, ...]) -> tuple[str, ...]:
        """Return ids of extensions, and references of groups and queues. Raises Invalid."""
        return tuple(dict.fromkeys(self._owner(tenant_id, one) for one in references))

    def _owner(self, tenant_id: str, reference: str) -> str:
        if ":" not in reference:
            extension = self._deps.directory.find_extension(tenant_id, reference)
            if extension is None:
                raise Invalid("There is no such extension.", field="shown_for")
            return extension.id
        ref = DestinationRef.parse(reference, "shown_for").target
        if ref.kind not in CALLING_FOR_KINDS or self._deps.destinations.resolve(tenant_id, ref) is None:
            hint = "Write extensions by number, groups and queues such as group:6000."
            raise Invalid("There is no such group or queue.", field="shown_for", hint=hint)
        return str(ref)


def _caller_rules(rules: tuple[tuple[str, str], ...]) -> tuple[CallerRule, ...]:
    if len(rules) > MAX_CALLER_RULES:
        raise Invalid(Phrase("A number has at most {} caller patterns.", MAX_CALLER_RULES), field="callers")
    return tuple(
        CallerRule(parse_pattern(pattern, "callers").text, DestinationRef.parse(to, "callers")) for pattern, to in rules
    )


def _description(text: str) -> str:
    stripped = text.strip()
    if len(stripped) > MAX_DESCRIPTION or not is_printable(stripped):
        raise Invalid(Phrase("A description has up to {} printable characters.", MAX_DESCRIPTION), field="description")
    return stripped


def _leading_to(number: InboundNumber, extension: Extension | None) -> InboundNumber:
    """Return the number with an extension as its destination that shows it; unchanged without one."""
    if extension is None:
        return number
    shown_for = tuple(dict.fromkeys((*number.shown_for, extension.id)))
    return replace(number, destination=DestinationRef("extension", extension.number), shown_for=shown_for)


def _destination_for(number: InboundNumber, caller_number: str) -> DestinationRef:
    for rule in number.callers:
        if parse_pattern(rule.pattern).matches(caller_number):
            return rule.destination
    return number.destination
