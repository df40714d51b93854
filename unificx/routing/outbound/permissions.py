"""Permissions and limits of calls outside: changes by administrators."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

from unificx.core.errors import Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import UnitOfWork, lock_scope
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.routing.hours.schemas import OpeningHours
from unificx.routing.outbound import repository
from unificx.routing.outbound.numbers import INTERNATIONAL, is_country
from unificx.routing.outbound.schemas import CallingLimits, CallingPolicy, CallingPolicyChange
from unificx.routing.outbound.store import OutboundDependencies, OutboundStore
from unificx.routing.outbound.usage import MAX_STARTS

MAX_ALERTED = 20
MAX_PRICES = 1_000


class CallingPermissions:
    """Permissions and limits of all tenants, served from memory."""

    def __init__(self, deps: OutboundDependencies, store: OutboundStore) -> None:
        self._deps = deps
        self._store = store

    def policy(self, tenant_id: str) -> CallingPolicy:
        """Return the permissions of a tenant."""
        return self._store.policy(tenant_id)

    def limits(self, tenant_id: str) -> list[CallingLimits]:
        """Return the limits that are set in a tenant."""
        return self._store.limits_of(tenant_id)

    def limits_of(self, base: CallingLimits) -> CallingLimits:
        """Return the limits of the scope of `base`, which has none itself."""
        return self._store.limits.get((base.tenant_id, base.scope, base.scope_id)) or base

    def hours_name(self, limits: CallingLimits) -> str:
        """Return the name of the opening hours of limits; "" without."""
        return self._store.hours.get(limits.tenant_id, limits.hours).name if limits.hours else ""

    def uses_of_hours(self, hours: OpeningHours) -> list[str]:
        """Return the names of the extensions that may call outside only during these opening hours."""
        extensions = [one.scope_id for one in self._store.limits_of(hours.tenant_id) if one.hours == hours.id]
        return [Phrase("extension {}", number) for number in self._deps.directory.extension_numbers(extensions)]

    async def change_policy(
        self, tenant_id: str, change: CallingPolicyChange, condition: Precondition[CallingPolicy] = unconditional
    ) -> CallingPolicy:
        """Change the permissions of a tenant. Raises Invalid; what `condition` raises."""
        async with self._deps.database.begin() as uow:
            await lock_scope(uow.session, "calling policy", tenant_id)
            before = await repository.policy_of(uow.session, tenant_id)
            condition(before)
            after = replace(
                before,
                countries=before.countries if change.countries is None else _check_countries(change.countries),
                premium=before.premium if change.premium is None else change.premium,
                alerted=before.alerted if change.alerted is None else _check_alerted(change.alerted),
                prices=before.prices if change.prices is None else _check_prices(change.prices),
                night=before.night if change.night is None else change.night,
            )
            await repository.save_policy(uow.session, after)
            uow.after_commit.append(partial(self._put_policy, after))
        return after

    async def set_limits(
        self,
        limits: CallingLimits,
        condition: Precondition[CallingLimits] = unconditional,
        *,
        only: Collection[str] | None = None,
    ) -> CallingLimits:
        """Set the limits of a tenant, an extension or a trunk, in place of earlier ones; with `only`, the fields of
        these names. `hours` is an id or a name. Raises Invalid; what `condition` raises."""
        for name in ("calls_per_hour", "concurrent", "minutes_per_day", "cents_per_day"):
            value = getattr(limits, name)
            if value is not None and value < 0:
                raise Invalid("A limit is 0 or more.", field=name)
        if limits.calls_per_hour is not None and limits.calls_per_hour > MAX_STARTS:
            raise Invalid(Phrase("At most {} calls per hour.", MAX_STARTS), field="calls_per_hour")
        if limits.reach != "everywhere" and limits.scope != "extension":
            raise Invalid("Only an extension can be restricted so.", field="reach", hint="Use allowed countries.")
        if limits.hours and limits.scope != "extension":
            raise Invalid("Only an extension can be restricted so.", field="hours")
        async with self._deps.database.begin() as uow:
            await self._deps.destinations.lock(uow, limits.tenant_id)  # of the hours
            await lock_scope(uow.session, "calling limits", limits.tenant_id)
            before = await repository.limits_of(uow.session, limits.tenant_id, limits.scope, limits.scope_id)
            condition(before)
            if only is not None:
                limits = replace(before, **{name: getattr(limits, name) for name in only})
            limits = replace(limits, hours=self._hours_id(limits))
            await repository.save_limits(uow.session, limits)
            uow.after_commit.append(partial(self._put_limits, limits))
        return limits

    # ---- deletion

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Delete the block list, also its keys, and the limits of a deleted extension. Outbox handler."""
        subjects = await repository.delete_extension(uow.session, event.tenant, event.extension_id)
        for subject in subjects:
            self._deps.keys.destroy(event.tenant, subject)
        uow.after_commit.append(partial(self._store.drop_extension, event.tenant, event.extension_id))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete everything about calls outside of a deleted tenant. Outbox handler."""
        await repository.delete_tenant(uow.session, event.tenant)
        uow.after_commit.append(partial(self._store.drop_tenant, event.tenant))

    # ---- inside

    def _hours_id(self, limits: CallingLimits) -> str:
        try:
            return self._store.hours.get(limits.tenant_id, limits.hours).id if limits.hours else ""
        except NotFound:
            raise Invalid("There are no such opening hours.", field="hours", hint="Create them first.") from None

    def _put_policy(self, policy: CallingPolicy) -> None:
        self._store.policies[policy.tenant_id] = policy
        self._store.changed(policy.tenant_id)

    def _put_limits(self, limits: CallingLimits) -> None:
        self._store.limits[limits.tenant_id, limits.scope, limits.scope_id] = limits
        self._store.changed(limits.tenant_id)


def _check_countries(codes: tuple[str, ...]) -> frozenset[str]:
    found = frozenset(code.strip().upper() for code in codes)
    for code in sorted(found):
        if code != INTERNATIONAL and not is_country(code):
            hint = Phrase("Use codes such as AT or US, or {} for satellite telephones.", INTERNATIONAL)
            raise Invalid(Phrase("{} is not the code of a country.", repr(code[:10])), field="countries", hint=hint)
    return found


def _check_alerted(person_ids: tuple[str, ...]) -> tuple[str, ...]:
    if len(person_ids) > MAX_ALERTED:
        raise Invalid(Phrase("At most {} users can be notified.", MAX_ALERTED), field="alerted")
    return tuple(dict.fromkeys(person_ids))


def _check_prices(prices: Mapping[str, int]) -> Mapping[str, int]:
    digits = {prefix.strip().removeprefix("+"): cents for prefix, cents in prices.items()}
    if len(digits) > MAX_PRICES:
        raise Invalid(Phrase("At most {} prices can be set.", MAX_PRICES), field="prices")
    for prefix, cents in digits.items():
        if not (prefix.isdecimal() and prefix.isascii() and len(prefix) <= 15) or not 0 <= cents <= 100_000:
            hint = "Use the beginning of numbers, such as 49 or 4930, and cents per minute."
            raise Invalid("This is not a price.", field="prices", hint=hint)
    return digits
