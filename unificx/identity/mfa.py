"""Multi-factor authentication: factor management, TOTP and recovery codes. `proofs` verifies them."""

from dataclasses import replace
from datetime import timedelta

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.rate_limit import Backoff
from unificx.identity.attempts import Attempts
from unificx.identity.factor_models import TotpPart
from unificx.identity.factor_records import FactorRecords, accept_totp
from unificx.identity.factor_schemas import AddedFactor, Factor, TotpEnrollment
from unificx.identity.policies import second_factor, validation
from unificx.identity.repository import factors
from unificx.identity.repository.factors import StoredFactor
from unificx.identity.schemas import Principal, Source
from unificx.identity.security_notices import SecurityNotices
from unificx.identity.session_closer import SessionCloser
from unificx.identity.store import IdentityStore, Transaction
from unificx.identity.tickets import TicketStore

ENROLLMENT_LIFETIME = timedelta(minutes=15)
"""How long a TOTP enrollment waits for its first code."""
FACTOR_LIMIT = Backoff(free_attempts=20, max_delay=3600.0)
"""A guess hits three in a million (six digits, three steps): attempts from new sources are limited to one per hour."""
_SECRET_BYTES = 20


class Mfa:
    """Management of TOTP factors and recovery codes."""

    def __init__(
        self,
        store: IdentityStore,
        factors: FactorRecords,
        attempts: Attempts,
        tickets: TicketStore,
        *,
        closer: SessionCloser,
        notices: SecurityNotices,
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._factors = factors
        self._attempts = attempts
        self._tickets = tickets
        self._closer = closer
        self._notices = notices

    async def list_factors(self, principal: Principal) -> tuple[Factor, ...]:
        """List the user's confirmed factors, oldest first."""
        owner = self._factors.owner(principal.tenant_id, principal.person_id)
        async with self._store.read() as session:
            found = await factors.of_person(session, self._keys, owner)
        return tuple(to_public(each) for each in found if each.confirmed)

    async def start_totp_enrollment(self, principal: Principal, name: str) -> TotpEnrollment:
        """Start TOTP enrollment; discards an earlier unconfirmed one. Raise StepUpRequired."""
        label = validation.name(name)
        secret = second_factor.encode_secret(self._clock.random_bytes(_SECRET_BYTES))
        tenant = self._store.tenant(principal.tenant_id)
        async with self._store.transaction() as tx:
            owner = await self._factors.require_step_up(tx, principal)
            person = await self._store.person(tx.session, principal.tenant_id, principal.person_id)
            await factors.delete_unconfirmed(tx.session, owner.tenant_id, owner.person_id)
            factor = StoredFactor(
                self._clock.new_id(), False, self._clock.now(), None, label, totp=TotpPart(secret, None)
            )
            await self._factors.add(tx, owner, factor)
        uri = second_factor.provisioning_uri(secret, person.email or person.name, f"UnifiCX {tenant.name}")
        return TotpEnrollment(factor.id, secret, uri)

    async def confirm_totp(self, principal: Principal, factor_id: str, code: str, source: Source) -> AddedFactor:
        """Complete TOTP enrollment. Raise NotFound, TooManyRequests, and Invalid for a wrong code."""
        attempt = await self._attempts.check(principal.person_id, source)
        async with self._store.transaction() as tx:
            owner = await self._factors.require_step_up(tx, principal)
            found = await factors.of_person(tx.session, self._keys, owner)
            pending = next((each for each in found if each.id == factor_id and not each.confirmed), None)
            if pending is None or pending.created + ENROLLMENT_LIFETIME < self._clock.now():
                raise NotFound("There is no factor to confirm.", hint="Start again.")
            updated = accept_totp(pending, code, self._clock.now())
            if updated is None:
                raise Invalid("The code is wrong.", hint="Check the clock of the device.", field="code")
            confirmed = replace(updated, confirmed=True)
            await factors.save(tx.session, self._keys, owner, confirmed)
            codes = await self._factors.initial_recovery_codes(tx, owner)
        await self._attempts.record_success(attempt)
        self._notices.send(owner.tenant_id, owner.person_id, "factor_changed", pending.name)
        return AddedFactor(to_public(confirmed), codes)

    async def remove_factor(self, principal: Principal, factor_id: str) -> None:
        """Remove a factor, and with the last one the recovery codes. Raise NotFound, StepUpRequired."""
        async with self._store.transaction() as tx:
            owner = await self._factors.require_step_up(tx, principal)
            found = await factors.of_person(tx.session, self._keys, owner)
            removed = next((each for each in found if each.id == factor_id), None)
            if removed is None:
                raise NotFound("Factor not found.")
            await factors.delete_factor(tx.session, owner.tenant_id, owner.person_id, factor_id)
            if not any(each.confirmed for each in found if each.id != factor_id):
                await factors.delete_recovery_codes(tx.session, owner.tenant_id, owner.person_id)
        await self._tickets.revoke_for(owner.person_id)
        self._notices.send(owner.tenant_id, owner.person_id, "factor_changed", removed.name)

    async def renew_recovery_codes(self, principal: Principal) -> tuple[str, ...]:
        """Replace the recovery codes; the new ones are shown once. Raise Conflict without a factor, StepUpRequired."""
        async with self._store.transaction() as tx:
            owner = await self._factors.require_step_up(tx, principal)
            if not await factors.kinds(tx.session, owner.tenant_id, owner.person_id):
                raise Conflict("There is no second factor.", hint="Set one up first.")
            codes = await self._factors.replace_recovery_codes(tx, owner)
        self._notices.send(owner.tenant_id, owner.person_id, "factor_changed", "")
        return codes

    async def reset_factors(self, tenant_id: str, person_id: str) -> None:
        """Remove all factors of a user whose identity an administrator has verified. Raise NotFound."""
        async with self._store.transaction() as tx:
            await self._store.person(tx.session, tenant_id, person_id)
            await factors.delete_all(tx.session, tenant_id, person_id)
            await self._closer.end(tx, tenant_id, person_id)
        await self._tickets.revoke_for(person_id)
        self._notices.send(tenant_id, person_id, "factor_changed", "")

    async def clean_up(self, tx: Transaction) -> None:
        """Delete factors whose enrollment was not confirmed in time."""
        await factors.delete_stale(tx.session, self._clock.now() - ENROLLMENT_LIFETIME)


def to_public(factor: StoredFactor) -> Factor:
    """Return the public view of a factor."""
    kind = "totp" if factor.passkey is None else "passkey"
    return Factor(factor.id, kind, factor.created, factor.last_used, factor.name)
