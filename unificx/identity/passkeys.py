"""Passkeys: registration, and sign-in with a passkey alone.

Challenges are not stored: each is a signed token with purpose and expiry that the client returns in its response.
"""

from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta

from unificx.core.errors import Conflict
from unificx.identity import webauthn
from unificx.identity.errors import TicketOver
from unificx.identity.factor_schemas import Added, Credential, Options, PasskeyAsked, WebOrigin
from unificx.identity.mfa import Factors, shown
from unificx.identity.policies import signed_tokens, validation
from unificx.identity.repository import credentials, factors
from unificx.identity.repository.factors import Owner, StoredFactor
from unificx.identity.schemas import Arrival, Principal, SignedIn
from unificx.identity.service_base import Change, Tools

CHALLENGE_LIFETIME = timedelta(minutes=5)
SIGN_IN = "sign in by passkey"
_RANDOM_BYTES = 16
_MOST_SPENT = 10_000


class Passkeys(Factors):
    """Passkey sign-in. A passkey with user verification counts as two factors (possession, and biometrics or PIN)."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._stamp_secret = tools.clock.random_bytes(32)
        self._spent: OrderedDict[bytes, int] = OrderedDict()

    async def passkey_options(self, principal: Principal, origin: WebOrigin) -> Options:
        """Return creation options. Raise StepUpRequired, and Conflict without a host name."""
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            person = await self._person(change, owner.tenant_id, owner.person_id)
            known = await factors.of_person(change.session, self._keys, owner)
        user = webauthn.User(owner.subject, person.email, person.name)
        challenge = self._challenge(_adding(principal))
        return webauthn.creation_options(origin, user, challenge, [each.passkey for each in known if each.passkey])

    async def add_passkey(self, principal: Principal, name: str, credential: Credential, origin: WebOrigin) -> Added:
        """Register a passkey. Raise Invalid, TicketExpired, StepUpRequired, Conflict for a registered one."""
        shown_as = validation.name(name)
        passkey = webauthn.made(credential, origin, self._answered(credential, _adding(principal)))
        now = self._clock.now()
        added = StoredFactor(self._clock.new_id(), True, now, None, shown_as, passkey=passkey)
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            for each in await factors.of_person(change.session, self._keys, owner):
                if each.passkey is not None and each.passkey.credential_id == passkey.credential_id:
                    raise Conflict("This passkey is already registered.")
            await self._add_factor(change, owner, added)
            codes = await self._first_codes(change, owner)
        self._later(self._tell(owner.tenant_id, owner.person_id, "factor_changed", added.name))
        return Added(shown(added), codes)

    def passkey_sign_in_options(self, origin: WebOrigin) -> PasskeyAsked:
        """Return request options for any discoverable passkey of this host."""
        challenge = self._challenge(SIGN_IN)
        return PasskeyAsked(webauthn.request_options(origin, challenge), signed_tokens.as_text(challenge))

    async def sign_in_by_passkey(
        self, ticket: str, credential: Credential, origin: WebOrigin, arrival: Arrival
    ) -> SignedIn:
        """Sign in with a passkey. Raise TicketExpired, and InvalidProof if the passkey or the account is invalid."""
        if signed_tokens.from_text(ticket) != self._answered(credential, SIGN_IN):
            raise ticket_over()
        self._slow_down("", arrival.source)
        async with self._changing() as change:
            account = await credentials.account(change.session, self._keys, webauthn.handle_of(credential))
            if account is None or account.state != "active" or not self._tenant_works(account.tenant_id):
                raise webauthn.wrong()
            owner = Owner(account.tenant_id, account.person_id, account.subject)
            await self._use_passkey(change, owner, credential, origin, SIGN_IN)
            signed_in = await self._open(change, account, arrival, proved=True)
        self._guesses.succeeded("", arrival.source.address, self._clock.monotonic())
        return signed_in

    # internal helpers

    async def _use_passkey(
        self, change: Change, owner: Owner, credential: Credential, origin: WebOrigin, purpose: str
    ) -> None:
        """Verify an assertion by one of the user's passkeys for `purpose`. Raise TicketExpired, InvalidProof."""
        challenge = self._answered(credential, purpose)
        found = await factors.of_person(change.session, self._keys, owner)
        which = credential.get("id")
        used = next((one for one in found if one.passkey is not None and one.passkey.credential_id == which), None)
        if used is None or used.passkey is None or challenge in self._spent:
            raise webauthn.wrong()
        count = webauthn.signed(credential, origin, challenge, used.passkey)
        after = replace(used, last_used=self._clock.now().date(), passkey=replace(used.passkey, sign_count=count))
        await factors.save(change.session, self._keys, owner, after)
        self._spend(challenge)

    def _challenge(self, purpose: str) -> bytes:
        until = self._seconds() + int(CHALLENGE_LIFETIME.total_seconds())
        return signed_tokens.stamp(self._stamp_secret, purpose, self._clock.random_bytes(_RANDOM_BYTES), until)

    def _answered(self, credential: Credential, purpose: str) -> bytes:
        """Return the challenge in the response. Raise TicketExpired unless it was issued by us for `purpose`."""
        challenge = webauthn.challenge_of(credential)
        if signed_tokens.read(self._stamp_secret, purpose, challenge, self._seconds()) is None:
            raise ticket_over()
        return challenge

    def _spend(self, challenge: bytes) -> None:
        """Mark a challenge as used, to prevent replay."""
        now = self._seconds()
        while self._spent and (next(iter(self._spent.values())) <= now or len(self._spent) >= _MOST_SPENT):
            self._spent.popitem(last=False)
        self._spent[challenge] = now + int(CHALLENGE_LIFETIME.total_seconds())

    def _seconds(self) -> int:
        return int(self._clock.now().timestamp())


def ticket_over() -> TicketOver:
    """Return the error for an unknown or expired challenge or ticket."""
    return TicketOver("The request has expired or is unknown.", hint="Start again.")


def _adding(principal: Principal) -> str:
    return f"add a passkey {principal.session_id}"
