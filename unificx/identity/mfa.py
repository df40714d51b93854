"""Multi-factor authentication: factor management, TOTP and recovery codes. `step_up` verifies them."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.errors import Conflict, Invalid, NotFound, TooManyRequests
from unificx.identity.errors import StepUpRequired
from unificx.identity.factor_models import TotpPart
from unificx.identity.factor_schemas import AddedFactor, Factor, TotpEnrollment
from unificx.identity.policies import second_factor, validation
from unificx.identity.policies.login_throttle import LoginThrottle, ThrottleLimit
from unificx.identity.repository import credentials, factors
from unificx.identity.repository.factors import FactorOwner, StoredFactor
from unificx.identity.schemas import FactorKind, Principal, Source
from unificx.identity.service_base import Dependencies, Transaction
from unificx.identity.sign_in import SignIn

STEP_UP_LIFETIME = timedelta(minutes=10)
"""How long a step-up allows changes of authentication factors."""
ENROLLMENT_LIFETIME = timedelta(minutes=15)
"""How long a TOTP enrollment waits for its first code."""
FACTOR_LIMIT = ThrottleLimit(free_attempts=20, max_delay=3600.0)
"""A guess hits three in a million (six digits, three steps): attempts from new sources are limited to one per hour."""
_SECRET_BYTES = 20
_CODE_BYTES = 5


class Mfa(SignIn):
    """Management of TOTP factors and recovery codes."""

    def __init__(self, tools: Dependencies) -> None:
        super().__init__(tools)
        self._factor_throttle = LoginThrottle(account_limit=FACTOR_LIMIT)

    async def list_factors(self, principal: Principal) -> tuple[Factor, ...]:
        """List the user's confirmed factors, oldest first."""
        owner = self._owner(principal.tenant_id, principal.person_id)
        async with self._database.read() as session:
            found = await factors.of_person(session, self._keys, owner)
        return tuple(to_public(each) for each in found if each.confirmed)

    async def start_totp_enrollment(self, principal: Principal, name: str) -> TotpEnrollment:
        """Start TOTP enrollment; discards an earlier unconfirmed one. Raise StepUpRequired."""
        label = validation.name(name)
        secret = second_factor.encode_secret(self._clock.random_bytes(_SECRET_BYTES))
        tenant = self._tenant(principal.tenant_id)
        async with self._transaction() as tx:
            owner = await self._require_step_up(tx, principal)
            person = await self._person(tx, principal.tenant_id, principal.person_id)
            await factors.delete_unconfirmed(tx.session, owner.tenant_id, owner.person_id)
            factor = StoredFactor(
                self._clock.new_id(), False, self._clock.now(), None, label, totp=TotpPart(secret, None)
            )
            await self._add_factor(tx, owner, factor)
        uri = second_factor.provisioning_uri(secret, person.email or person.name, f"UnifiCX {tenant.name}")
        return TotpEnrollment(factor.id, secret, uri)

    async def confirm_totp(self, principal: Principal, factor_id: str, code: str, source: Source) -> AddedFactor:
        """Complete TOTP enrollment. Raise NotFound, TooManyRequests, and Invalid for a wrong code."""
        self._check_factor_throttle(principal.person_id, source)
        async with self._transaction() as tx:
            owner = await self._require_step_up(tx, principal)
            found = await factors.of_person(tx.session, self._keys, owner)
            pending = next((each for each in found if each.id == factor_id and not each.confirmed), None)
            if pending is None or pending.created + ENROLLMENT_LIFETIME < self._clock.now():
                raise NotFound("There is no factor to confirm.", hint="Start again.")
            updated = self._accept_totp(pending, code)
            if updated is None:
                raise Invalid("The code is wrong.", hint="Check the clock of the device.", field="code")
            confirmed = replace(updated, confirmed=True)
            await factors.save(tx.session, self._keys, owner, confirmed)
            codes = await self._initial_recovery_codes(tx, owner)
        self._factor_throttle.record_success(principal.person_id, source.address, self._clock.monotonic())
        self._run_in_background(self._notify(owner.tenant_id, owner.person_id, "factor_changed", pending.name))
        return AddedFactor(to_public(confirmed), codes)

    async def remove_factor(self, principal: Principal, factor_id: str) -> None:
        """Remove a factor, and with the last one the recovery codes. Raise NotFound, StepUpRequired."""
        async with self._transaction() as tx:
            owner = await self._require_step_up(tx, principal)
            found = await factors.of_person(tx.session, self._keys, owner)
            removed = next((each for each in found if each.id == factor_id), None)
            if removed is None:
                raise NotFound("Factor not found.")
            await factors.delete_factor(tx.session, owner.tenant_id, owner.person_id, factor_id)
            if not any(each.confirmed for each in found if each.id != factor_id):
                await factors.delete_recovery_codes(tx.session, owner.tenant_id, owner.person_id)
        self._tickets.revoke_for(owner.person_id)
        self._run_in_background(self._notify(owner.tenant_id, owner.person_id, "factor_changed", removed.name))

    async def renew_recovery_codes(self, principal: Principal) -> tuple[str, ...]:
        """Replace the recovery codes; the new ones are shown once. Raise Conflict without a factor, StepUpRequired."""
        async with self._transaction() as tx:
            owner = await self._require_step_up(tx, principal)
            if not await factors.kinds(tx.session, owner.tenant_id, owner.person_id):
                raise Conflict("There is no second factor.", hint="Set one up first.")
            codes = await self._replace_recovery_codes(tx, owner)
        self._run_in_background(self._notify(owner.tenant_id, owner.person_id, "factor_changed", ""))
        return codes

    async def reset_factors(self, tenant_id: str, person_id: str) -> None:
        """Remove all factors of a user whose identity an administrator has verified. Raise NotFound."""
        async with self._transaction() as tx:
            await self._person(tx, tenant_id, person_id)
            await factors.delete_all(tx.session, tenant_id, person_id)
            await self._end_sessions(tx, tenant_id, person_id)
        self._tickets.revoke_for(person_id)
        self._run_in_background(self._notify(tenant_id, person_id, "factor_changed", ""))

    async def clean_up(self) -> None:
        """Run the base clean-up and drop unconfirmed factors."""
        await super().clean_up()
        async with self._transaction() as tx:
            await factors.delete_stale(tx.session, self._clock.now() - ENROLLMENT_LIFETIME)

    # internal helpers

    async def _factors_of(self, session: AsyncSession, tenant_id: str, person_id: str) -> tuple[FactorKind, ...]:
        kinds = await factors.kinds(session, tenant_id, person_id)
        if not kinds:
            return ()
        owner = self._owner(tenant_id, person_id)
        recovery_digests = await factors.recovery_digests(session, self._keys, owner)
        all_kinds: tuple[FactorKind, ...] = ("totp", "passkey")
        return (*(each for each in all_kinds if each in kinds), *(("recovery_code",) if recovery_digests else ()))

    def _owner(self, tenant_id: str, person_id: str) -> FactorOwner:
        subject = self.directory.person_subject(person_id)
        if subject is None:
            raise NotFound("There is no such person.")
        return FactorOwner(tenant_id, person_id, subject)

    async def _require_step_up(self, tx: Transaction, principal: Principal) -> FactorOwner:
        """Return the caller if their step-up is recent or they have no credentials. Raise StepUpRequired."""
        owner = self._owner(principal.tenant_id, principal.person_id)
        proved = await factors.last_step_up(tx.session, owner.tenant_id, principal.session_id)
        if proved is not None and proved + STEP_UP_LIFETIME > self._clock.now():
            return owner
        account = await credentials.account(tx.session, self._keys, owner.subject)
        kinds = await factors.kinds(tx.session, owner.tenant_id, owner.person_id)
        if kinds or (account is not None and account.hash is not None):
            raise StepUpRequired("Confirm your identity again.", hint="Use /api/v1/me/proofs, then retry.")
        return owner

    async def _add_factor(self, tx: Transaction, owner: FactorOwner, factor: StoredFactor) -> None:
        if len(await factors.of_person(tx.session, self._keys, owner)) >= second_factor.MAX_FACTORS:
            raise Conflict(f"At most {second_factor.MAX_FACTORS} factors are allowed.", hint="Remove one first.")
        await factors.add(tx.session, self._keys, owner, factor)

    async def _initial_recovery_codes(self, tx: Transaction, owner: FactorOwner) -> tuple[str, ...]:
        """Create recovery codes, unless the user has some."""
        if await factors.recovery_digests(tx.session, self._keys, owner):
            return ()
        return await self._replace_recovery_codes(tx, owner)

    async def _replace_recovery_codes(self, tx: Transaction, owner: FactorOwner) -> tuple[str, ...]:
        codes = tuple(self._random_characters(_CODE_BYTES) for _ in range(second_factor.RECOVERY_CODE_COUNT))
        digests = tuple(second_factor.recovery_digest(each) for each in codes)
        await factors.replace_recovery_codes(tx.session, self._keys, owner, digests, self._clock.now())
        return tuple(f"{each[:4]}-{each[4:]}" for each in codes)

    def _accept_totp(self, factor: StoredFactor, code: str) -> StoredFactor | None:
        """Return the factor updated for this code; None if the code is wrong or already used."""
        if factor.totp is None:
            return None
        now = self._clock.now()
        step = second_factor.matching_step(
            factor.totp.secret, code, second_factor.time_step(now.timestamp()), factor.totp.last_step
        )
        if step is None:
            return None
        return replace(factor, last_used=now.date(), totp=replace(factor.totp, last_step=step))

    def _check_factor_throttle(self, person_id: str, source: Source) -> None:
        delay = self._factor_throttle.attempt(person_id, source.address, self._clock.monotonic())
        if delay > 0:
            raise TooManyRequests("Too many failed attempts.", retry_after=delay, hint="Wait a moment, then try again.")


def to_public(factor: StoredFactor) -> Factor:
    """Return the public view of a factor."""
    kind = "totp" if factor.passkey is None else "passkey"
    return Factor(factor.id, kind, factor.created, factor.last_used, factor.name)
