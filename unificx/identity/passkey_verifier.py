"""Passkey challenges and verification of assertions within a transaction of another service."""

from dataclasses import replace

from unificx.cluster import OneTimeKind, OneTimeStore
from unificx.identity import webauthn
from unificx.identity.challenges import TokenSigner, lifetime_seconds
from unificx.identity.factor_schemas import PasskeyResponse, WebOrigin
from unificx.identity.repository import factors
from unificx.identity.repository.factors import FactorOwner
from unificx.identity.store import IdentityStore, Transaction

_RANDOM_BYTES = 16
_USED_CHALLENGES = OneTimeKind("used passkey challenge", lifetime_seconds(), capacity=10_000)


class PasskeyVerifier:
    """Verifies assertions; each challenge is accepted once."""

    def __init__(self, store: IdentityStore, signer: TokenSigner, one_time: OneTimeStore) -> None:
        self._keys = store.keys
        self._clock = store.clock
        self._signer = signer
        self._one_time = one_time

    def new_challenge(self, purpose: str) -> bytes:
        """Return a challenge for `purpose`."""
        return self._signer.sign(purpose, self._clock.random_bytes(_RANDOM_BYTES))

    def check_challenge(self, response: PasskeyResponse, purpose: str) -> bytes:
        """Return the challenge in the response. Raise TicketExpired unless it was issued by us for `purpose`."""
        challenge = webauthn.unverified_challenge(response)
        self._signer.unsign(purpose, challenge)
        return challenge

    async def verify(
        self, tx: Transaction, owner: FactorOwner, response: PasskeyResponse, origin: WebOrigin, purpose: str
    ) -> None:
        """Verify an assertion by one of the user's passkeys for `purpose`. Raise TicketExpired, InvalidProof."""
        challenge = self.check_challenge(response, purpose)
        found = await factors.of_person(tx.session, self._keys, owner)
        credential_id = response.get("id")
        used = next(
            (one for one in found if one.passkey is not None and one.passkey.credential_id == credential_id), None
        )
        if used is None or used.passkey is None:
            raise webauthn.passkey_rejected()
        count = webauthn.verify_assertion(response, origin, challenge, used.passkey)
        if await self._one_time.claim(_USED_CHALLENGES, challenge.hex(), b"used") is not None:
            raise webauthn.passkey_rejected()
        updated = replace(used, last_used=self._clock.now().date(), passkey=replace(used.passkey, sign_count=count))
        await factors.save(tx.session, self._keys, owner, updated)
