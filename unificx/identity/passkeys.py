"""Passkeys: registration, and sign-in with a passkey alone.

Challenges are not stored: each is a signed token with purpose and expiry that the client returns in its response.
"""

from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta

from unificx.core.errors import Conflict
from unificx.identity import webauthn
from unificx.identity.errors import TicketExpired
from unificx.identity.factor_schemas import (
    AddedFactor,
    PasskeyOptions,
    PasskeyResponse,
    PasskeySignInRequest,
    WebOrigin,
)
from unificx.identity.mfa import Mfa, to_public
from unificx.identity.policies import signed_tokens, validation
from unificx.identity.repository import credentials, factors
from unificx.identity.repository.factors import FactorOwner, StoredFactor
from unificx.identity.schemas import Principal, SignedIn, SignInContext
from unificx.identity.service_base import Dependencies, Transaction

CHALLENGE_LIFETIME = timedelta(minutes=5)
SIGN_IN_PURPOSE = "sign in by passkey"
_RANDOM_BYTES = 16
_MAX_USED_CHALLENGES = 10_000


class Passkeys(Mfa):
    """Passkey sign-in. A passkey with user verification counts as two factors (possession, and biometrics or PIN)."""

    def __init__(self, tools: Dependencies) -> None:
        super().__init__(tools)
        self._signing_secret = tools.clock.random_bytes(32)
        self._used_challenges: OrderedDict[bytes, int] = OrderedDict()

    async def passkey_options(self, principal: Principal, origin: WebOrigin) -> PasskeyOptions:
        """Return creation options. Raise StepUpRequired, and Conflict without a host name."""
        async with self._transaction() as tx:
            owner = await self._require_step_up(tx, principal)
            person = await self._person(tx, owner.tenant_id, owner.person_id)
            known = await factors.of_person(tx.session, self._keys, owner)
        user = webauthn.PasskeyUser(owner.subject, person.email, person.name)
        challenge = self._new_challenge(_registration_purpose(principal))
        return webauthn.creation_options(origin, user, challenge, [each.passkey for each in known if each.passkey])

    async def add_passkey(
        self, principal: Principal, name: str, response: PasskeyResponse, origin: WebOrigin
    ) -> AddedFactor:
        """Register a passkey. Raise Invalid, TicketExpired, StepUpRequired, Conflict for a registered one."""
        label = validation.name(name)
        passkey = webauthn.verify_registration(
            response, origin, self._check_challenge(response, _registration_purpose(principal))
        )
        now = self._clock.now()
        added = StoredFactor(self._clock.new_id(), True, now, None, label, passkey=passkey)
        async with self._transaction() as tx:
            owner = await self._require_step_up(tx, principal)
            for each in await factors.of_person(tx.session, self._keys, owner):
                if each.passkey is not None and each.passkey.credential_id == passkey.credential_id:
                    raise Conflict("This passkey is already registered.")
            await self._add_factor(tx, owner, added)
            codes = await self._initial_recovery_codes(tx, owner)
        self._run_in_background(self._notify(owner.tenant_id, owner.person_id, "factor_changed", added.name))
        return AddedFactor(to_public(added), codes)

    def passkey_sign_in_options(self, origin: WebOrigin) -> PasskeySignInRequest:
        """Return request options for any discoverable passkey of this host."""
        challenge = self._new_challenge(SIGN_IN_PURPOSE)
        return PasskeySignInRequest(webauthn.request_options(origin, challenge), signed_tokens.encode(challenge))

    async def sign_in_by_passkey(
        self, ticket: str, response: PasskeyResponse, origin: WebOrigin, context: SignInContext
    ) -> SignedIn:
        """Sign in with a passkey. Raise TicketExpired, and InvalidProof if the passkey or the account is invalid."""
        if signed_tokens.decode(ticket) != self._check_challenge(response, SIGN_IN_PURPOSE):
            raise ticket_expired()
        self._check_throttle("", context.source)
        async with self._transaction() as tx:
            account = await credentials.account(tx.session, self._keys, webauthn.unverified_user_handle(response))
            if account is None or account.state != "active" or not self._is_tenant_active(account.tenant_id):
                raise webauthn.passkey_rejected()
            owner = FactorOwner(account.tenant_id, account.person_id, account.subject)
            await self._verify_passkey(tx, owner, response, origin, SIGN_IN_PURPOSE)
            signed_in = await self._open_session(tx, account, context, stepped_up=True)
        self._throttle.record_success("", context.source.address, self._clock.monotonic())
        return signed_in

    # internal helpers

    async def _verify_passkey(
        self, tx: Transaction, owner: FactorOwner, response: PasskeyResponse, origin: WebOrigin, purpose: str
    ) -> None:
        """Verify an assertion by one of the user's passkeys for `purpose`. Raise TicketExpired, InvalidProof."""
        challenge = self._check_challenge(response, purpose)
        found = await factors.of_person(tx.session, self._keys, owner)
        credential_id = response.get("id")
        used = next(
            (one for one in found if one.passkey is not None and one.passkey.credential_id == credential_id), None
        )
        if used is None or used.passkey is None or challenge in self._used_challenges:
            raise webauthn.passkey_rejected()
        count = webauthn.verify_assertion(response, origin, challenge, used.passkey)
        updated = replace(used, last_used=self._clock.now().date(), passkey=replace(used.passkey, sign_count=count))
        await factors.save(tx.session, self._keys, owner, updated)
        self._mark_challenge_used(challenge)

    def _new_challenge(self, purpose: str) -> bytes:
        expires = self._unix_time() + int(CHALLENGE_LIFETIME.total_seconds())
        return signed_tokens.sign(self._signing_secret, purpose, self._clock.random_bytes(_RANDOM_BYTES), expires)

    def _check_challenge(self, response: PasskeyResponse, purpose: str) -> bytes:
        """Return the challenge in the response. Raise TicketExpired unless it was issued by us for `purpose`."""
        challenge = webauthn.unverified_challenge(response)
        if signed_tokens.unsign(self._signing_secret, purpose, challenge, self._unix_time()) is None:
            raise ticket_expired()
        return challenge

    def _mark_challenge_used(self, challenge: bytes) -> None:
        """Mark a challenge as used, to prevent replay."""
        now = self._unix_time()
        while self._used_challenges and (
            next(iter(self._used_challenges.values())) <= now or len(self._used_challenges) >= _MAX_USED_CHALLENGES
        ):
            self._used_challenges.popitem(last=False)
        self._used_challenges[challenge] = now + int(CHALLENGE_LIFETIME.total_seconds())

    def _unix_time(self) -> int:
        return int(self._clock.now().timestamp())


def ticket_expired() -> TicketExpired:
    """Return the error for an unknown or expired challenge or ticket."""
    return TicketExpired("The request has expired or is unknown.", hint="Start again.")


def _registration_purpose(principal: Principal) -> str:
    return f"add a passkey {principal.session_id}"
