"""Second factors of a user within a transaction of another service, and the step-up that changes of them require."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.access import current_access, stating
from unificx.core.errors import Conflict, NotFound
from unificx.core.phrases import Phrase
from unificx.identity.errors import StepUpRequired
from unificx.identity.policies import second_factor
from unificx.identity.policies.random_text import readable_text
from unificx.identity.repository import credentials, factors
from unificx.identity.repository.factors import FactorOwner, StoredFactor
from unificx.identity.schemas import FactorKind, Principal
from unificx.identity.store import IdentityStore, Transaction

STEP_UP_LIFETIME = timedelta(minutes=10)
"""How long a step-up allows changes of authentication factors."""
_CODE_BYTES = 5


class FactorRecords:
    """Look-up of second factors, adding of factors and recovery codes."""

    def __init__(self, store: IdentityStore) -> None:
        self._keys = store.keys
        self._clock = store.clock
        self._directory = store.directory

    async def kinds(self, session: AsyncSession, tenant_id: str, person_id: str) -> tuple[FactorKind, ...]:
        """Return the second factors of the user; empty if none is set up."""
        kinds = await factors.kinds(session, tenant_id, person_id)
        if not kinds:
            return ()
        owner = self.owner(tenant_id, person_id)
        recovery_digests = await factors.recovery_digests(session, self._keys, owner)
        all_kinds: tuple[FactorKind, ...] = ("totp", "passkey")
        return (*(each for each in all_kinds if each in kinds), *(("recovery_code",) if recovery_digests else ()))

    def owner(self, tenant_id: str, person_id: str) -> FactorOwner:
        """Return the owner of the user's factors. Raise NotFound."""
        subject = self._directory.person_subject(person_id)
        if subject is None:
            raise NotFound("There is no such person.")
        return FactorOwner(tenant_id, person_id, subject)

    async def require_step_up(self, tx: Transaction, principal: Principal) -> FactorOwner:
        """Return the caller if their step-up is recent or they have no credentials. Raise StepUpRequired."""
        owner = self.owner(principal.tenant_id, principal.person_id)
        proved = await factors.last_step_up(tx.session, owner.tenant_id, principal.session_id)
        if proved is not None and proved + STEP_UP_LIFETIME > self._clock.now():
            return owner
        with stating(current_access().to("authentication")):
            account = await credentials.account(tx.session, self._keys, owner.subject)
        kinds = await factors.kinds(tx.session, owner.tenant_id, owner.person_id)
        if kinds or (account is not None and account.hash is not None):
            raise StepUpRequired("Confirm your identity again.", hint="Use /api/v1/me/proofs, then retry.")
        return owner

    async def add(self, tx: Transaction, owner: FactorOwner, factor: StoredFactor) -> None:
        """Add a factor. Raise Conflict if there are too many."""
        if len(await factors.of_person(tx.session, self._keys, owner)) >= second_factor.MAX_FACTORS:
            raise Conflict(
                Phrase("At most {} factors are allowed.", second_factor.MAX_FACTORS), hint="Remove one first."
            )
        await factors.add(tx.session, self._keys, owner, factor)

    async def initial_recovery_codes(self, tx: Transaction, owner: FactorOwner) -> tuple[str, ...]:
        """Create recovery codes, unless the user has some."""
        if await factors.recovery_digests(tx.session, self._keys, owner):
            return ()
        return await self.replace_recovery_codes(tx, owner)

    async def replace_recovery_codes(self, tx: Transaction, owner: FactorOwner) -> tuple[str, ...]:
        """Replace the recovery codes. Return the new ones, which are stored only as digests."""
        codes = tuple(
            readable_text(self._clock.random_bytes(_CODE_BYTES)) for _ in range(second_factor.RECOVERY_CODE_COUNT)
        )
        digests = tuple(second_factor.recovery_digest(each) for each in codes)
        await factors.replace_recovery_codes(tx.session, self._keys, owner, digests, self._clock.now())
        return tuple(f"{each[:4]}-{each[4:]}" for each in codes)


def accept_totp(factor: StoredFactor, code: str, now: datetime) -> StoredFactor | None:
    """Return the factor updated for this code; None if the code is wrong or already used."""
    if factor.totp is None:
        return None
    step = second_factor.matching_step(
        factor.totp.secret, code, second_factor.time_step(now.timestamp()), factor.totp.last_step
    )
    if step is None:
        return None
    return replace(factor, last_used=now.date(), totp=replace(factor.totp, last_step=step))
