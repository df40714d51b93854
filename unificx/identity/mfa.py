"""Multi-factor authentication: factor management, TOTP and recovery codes. `step_up` verifies them."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.errors import Conflict, Invalid, NotFound, TooMany
from unificx.identity.errors import ProveYourself
from unificx.identity.factor_models import TotpPart
from unificx.identity.factor_schemas import Added, Factor, TotpBegun
from unificx.identity.policies import second_factor, validation
from unificx.identity.policies.login_throttle import Guesses, Limit
from unificx.identity.repository import credentials, factors
from unificx.identity.repository.factors import Owner, StoredFactor
from unificx.identity.schemas import FactorKind, Principal, Source
from unificx.identity.service_base import Change, Tools
from unificx.identity.sign_in import Entrance

FRESH = timedelta(minutes=10)
"""How long a step-up allows changes of authentication factors."""
BEGUN_LIFETIME = timedelta(minutes=15)
"""How long a TOTP enrollment waits for its first code."""
FOR_FACTOR = Limit(free=20, longest=3600.0)
"""A guess hits three in a million (six digits, three steps): attempts from new sources are limited to one per hour."""
_SECRET_BYTES = 20
_CODE_BYTES = 5


class Factors(Entrance):
    """Management of TOTP factors and recovery codes."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._factor_guesses = Guesses(account=FOR_FACTOR)

    async def list_factors(self, principal: Principal) -> tuple[Factor, ...]:
        """List the user's confirmed factors, oldest first."""
        owner = self._owner(principal.tenant_id, principal.person_id)
        async with self._database.read() as session:
            found = await factors.of_person(session, self._keys, owner)
        return tuple(shown(each) for each in found if each.confirmed)

    async def begin_totp(self, principal: Principal, name: str) -> TotpBegun:
        """Start TOTP enrollment; discards an earlier unconfirmed one. Raise StepUpRequired."""
        shown = validation.name(name)
        secret = second_factor.secret(self._clock.random_bytes(_SECRET_BYTES))
        tenant = self._tenant(principal.tenant_id)
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            person = await self._person(change, principal.tenant_id, principal.person_id)
            await factors.drop_begun(change.session, owner.tenant_id, owner.person_id)
            begun = StoredFactor(
                self._clock.new_id(), False, self._clock.now(), None, shown, totp=TotpPart(secret, None)
            )
            await self._add_factor(change, owner, begun)
        uri = second_factor.address(secret, person.email or person.name, f"UnifiCX {tenant.name}")
        return TotpBegun(begun.id, secret, uri)

    async def confirm_totp(self, principal: Principal, factor_id: str, code: str, source: Source) -> Added:
        """Complete TOTP enrollment. Raise NotFound, TooManyRequests, and Invalid for a wrong code."""
        self._slow_factor(principal.person_id, source)
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            found = await factors.of_person(change.session, self._keys, owner)
            begun = next((each for each in found if each.id == factor_id and not each.confirmed), None)
            if begun is None or begun.created + BEGUN_LIFETIME < self._clock.now():
                raise NotFound("There is no factor to confirm.", hint="Start again.")
            after = self._used_totp(begun, code)
            if after is None:
                raise Invalid("The code is wrong.", hint="Check the clock of the device.", field="code")
            confirmed = replace(after, confirmed=True)
            await factors.save(change.session, self._keys, owner, confirmed)
            codes = await self._first_codes(change, owner)
        self._factor_guesses.succeeded(principal.person_id, source.address, self._clock.monotonic())
        self._later(self._tell(owner.tenant_id, owner.person_id, "factor_changed", begun.name))
        return Added(shown(confirmed), codes)

    async def remove_factor(self, principal: Principal, factor_id: str) -> None:
        """Remove a factor, and with the last one the recovery codes. Raise NotFound, StepUpRequired."""
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            found = await factors.of_person(change.session, self._keys, owner)
            gone = next((each for each in found if each.id == factor_id), None)
            if gone is None:
                raise NotFound("Factor not found.")
            await factors.drop(change.session, owner.tenant_id, owner.person_id, factor_id)
            if not any(each.confirmed for each in found if each.id != factor_id):
                await factors.drop_recovery(change.session, owner.tenant_id, owner.person_id)
        self._tickets.drop_of(owner.person_id)
        self._later(self._tell(owner.tenant_id, owner.person_id, "factor_changed", gone.name))

    async def renew_recovery_codes(self, principal: Principal) -> tuple[str, ...]:
        """Replace the recovery codes; the new ones are shown once. Raise Conflict without a factor, StepUpRequired."""
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            if not await factors.kinds(change.session, owner.tenant_id, owner.person_id):
                raise Conflict("There is no second factor.", hint="Set one up first.")
            codes = await self._new_codes(change, owner)
        self._later(self._tell(owner.tenant_id, owner.person_id, "factor_changed", ""))
        return codes

    async def reset_factors(self, tenant_id: str, person_id: str) -> None:
        """Remove all factors of a user whose identity an administrator has verified. Raise NotFound."""
        async with self._changing() as change:
            await self._person(change, tenant_id, person_id)
            await factors.drop_all(change.session, tenant_id, person_id)
            await self._end_sessions(change, tenant_id, person_id)
        self._tickets.drop_of(person_id)
        self._later(self._tell(tenant_id, person_id, "factor_changed", ""))

    async def tidy(self) -> None:
        """Run the base clean-up and drop unconfirmed factors."""
        await super().tidy()
        async with self._changing() as change:
            await factors.drop_stale(change.session, self._clock.now() - BEGUN_LIFETIME)

    # internal helpers

    async def _factors_of(self, session: AsyncSession, tenant_id: str, person_id: str) -> tuple[FactorKind, ...]:
        kinds = await factors.kinds(session, tenant_id, person_id)
        if not kinds:
            return ()
        owner = self._owner(tenant_id, person_id)
        left = await factors.recovery(session, self._keys, owner)
        every: tuple[FactorKind, ...] = ("totp", "passkey")
        return (*(each for each in every if each in kinds), *(("recovery_code",) if left else ()))

    def _owner(self, tenant_id: str, person_id: str) -> Owner:
        subject = self.directory.person_subject(person_id)
        if subject is None:
            raise NotFound("There is no such person.")
        return Owner(tenant_id, person_id, subject)

    async def _fresh_owner(self, change: Change, principal: Principal) -> Owner:
        """Return the caller if their step-up is recent or they have no credentials. Raise StepUpRequired."""
        owner = self._owner(principal.tenant_id, principal.person_id)
        proved = await factors.proved(change.session, owner.tenant_id, principal.session_id)
        if proved is not None and proved + FRESH > self._clock.now():
            return owner
        account = await credentials.account(change.session, self._keys, owner.subject)
        kinds = await factors.kinds(change.session, owner.tenant_id, owner.person_id)
        if kinds or (account is not None and account.hash is not None):
            raise ProveYourself("Confirm your identity again.", hint="Use /api/v1/me/proofs, then retry.")
        return owner

    async def _add_factor(self, change: Change, owner: Owner, factor: StoredFactor) -> None:
        if len(await factors.of_person(change.session, self._keys, owner)) >= second_factor.MOST_FACTORS:
            raise Conflict(f"At most {second_factor.MOST_FACTORS} factors are allowed.", hint="Remove one first.")
        await factors.add(change.session, self._keys, owner, factor)

    async def _first_codes(self, change: Change, owner: Owner) -> tuple[str, ...]:
        """Create recovery codes, unless the user has some."""
        if await factors.recovery(change.session, self._keys, owner):
            return ()
        return await self._new_codes(change, owner)

    async def _new_codes(self, change: Change, owner: Owner) -> tuple[str, ...]:
        codes = tuple(self._characters(_CODE_BYTES) for _ in range(second_factor.RECOVERY_CODES))
        digests = tuple(second_factor.recovery_digest(each) for each in codes)
        await factors.set_recovery(change.session, self._keys, owner, digests, self._clock.now())
        return tuple(f"{each[:4]}-{each[4:]}" for each in codes)

    def _used_totp(self, factor: StoredFactor, code: str) -> StoredFactor | None:
        """Return the factor updated for this code; None if the code is wrong or already used."""
        if factor.totp is None:
            return None
        now = self._clock.now()
        step = second_factor.right_step(
            factor.totp.secret, code, second_factor.step_of(now.timestamp()), factor.totp.last_step
        )
        if step is None:
            return None
        return replace(factor, last_used=now.date(), totp=replace(factor.totp, last_step=step))

    def _slow_factor(self, person_id: str, source: Source) -> None:
        wait = self._factor_guesses.attempt(person_id, source.address, self._clock.monotonic())
        if wait > 0:
            raise TooMany("Too many failed attempts.", retry_after=wait, hint="Wait a moment, then try again.")


def shown(factor: StoredFactor) -> Factor:
    """Return the public view of a factor."""
    kind = "totp" if factor.passkey is None else "passkey"
    return Factor(factor.id, kind, factor.created, factor.last_used, factor.name)
