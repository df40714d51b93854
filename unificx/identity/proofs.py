"""Verification of second factors within a transaction of another service."""

from unificx.identity import webauthn
from unificx.identity.errors import InvalidProof
from unificx.identity.factor_records import accept_totp
from unificx.identity.factor_schemas import PasskeyOptions, Proof, WebOrigin
from unificx.identity.passkey_verifier import PasskeyVerifier
from unificx.identity.policies import second_factor
from unificx.identity.repository import factors
from unificx.identity.repository.factors import FactorOwner
from unificx.identity.security_notices import SecurityNotices
from unificx.identity.store import IdentityStore, Transaction


class ProofVerifier:
    """Verifies a one-time password, recovery code or passkey of a user."""

    def __init__(self, store: IdentityStore, passkeys: PasskeyVerifier, notices: SecurityNotices) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._passkeys = passkeys
        self._notices = notices

    async def passkey_options(self, owner: FactorOwner, origin: WebOrigin, purpose: str) -> PasskeyOptions:
        """Return request options for the user's passkeys of this host."""
        async with self._store.read() as session:
            found = await factors.of_person(session, self._keys, owner)
        known = [each.passkey for each in found if each.passkey is not None and each.passkey.host == origin.host]
        return webauthn.request_options(origin, self._passkeys.new_challenge(purpose), known)

    async def verify(self, tx: Transaction, owner: FactorOwner, proof: Proof, origin: WebOrigin, purpose: str) -> None:
        """Verify and consume the proof. Raise InvalidProof, and TicketExpired for an expired passkey challenge."""
        if proof.passkey is not None:
            await self._passkeys.verify(tx, owner, proof.passkey, origin, purpose)
        elif proof.totp is not None:
            await self._verify_totp(tx, owner, proof.totp)
        else:
            await self._verify_recovery_code(tx, owner, proof.recovery_code or "")

    async def _verify_totp(self, tx: Transaction, owner: FactorOwner, code: str) -> None:
        for each in await factors.of_person(tx.session, self._keys, owner):
            updated = accept_totp(each, code, self._clock.now()) if each.confirmed else None
            if updated is not None:
                await factors.save(tx.session, self._keys, owner, updated)
                return
        raise InvalidProof("The code is wrong.", hint="Use the code shown now; each works once.", field="totp")

    async def _verify_recovery_code(self, tx: Transaction, owner: FactorOwner, code: str) -> None:
        unused = await factors.recovery_digests(tx.session, self._keys, owner)
        digest = second_factor.recovery_digest(code)
        if digest not in unused:
            raise InvalidProof("The code is wrong.", hint="Each code works once.", field="recovery_code")
        remaining = tuple(each for each in unused if each != digest)
        await factors.replace_recovery_codes(tx.session, self._keys, owner, remaining, self._clock.now())
        tx.on_commit.append(lambda: self._notices.send(owner.tenant_id, owner.person_id, "recovery_used", ""))
