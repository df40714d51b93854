"""Passkeys: how one is made, and coming in with one alone.

Challenges are not kept: each is a stamp that says what it is for and until when, and comes back in what was signed.
"""

from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta

from unificx.kernel.errors import Conflict
from unificx.people import ceremonies
from unificx.people.contracts import Arrival, Principal, SignedIn
from unificx.people.factors import Factors, shown
from unificx.people.proofs import Added, Credential, Options, PasskeyAsked, WebOrigin
from unificx.people.queries import entry, factors
from unificx.people.queries.factors import Owner, StoredFactor
from unificx.people.refusals import TicketOver
from unificx.people.room import Change, Tools
from unificx.people.rules import stamps, values

CHALLENGE_LIFETIME = timedelta(minutes=5)
SIGN_IN = "sign in by passkey"
_RANDOM_BYTES = 16
_MOST_SPENT = 10_000


class Passkeys(Factors):
    """Coming in with a passkey, which counts as both factors: something held, and the finger or PIN that unlocks it."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._stamp_secret = tools.clock.random_bytes(32)
        self._spent: OrderedDict[bytes, int] = OrderedDict()

    async def passkey_options(self, principal: Principal, origin: WebOrigin) -> Options:
        """What a browser makes a passkey by. Raises ProveYourself, and Conflict where there is no host name."""
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            person = await self._person(change, owner.tenant_id, owner.person_id)
            known = await factors.of_person(change.session, self._keys, owner)
        user = ceremonies.User(owner.subject, person.email, person.name)
        challenge = self._challenge(_adding(principal))
        return ceremonies.creation_options(origin, user, challenge, [each.passkey for each in known if each.passkey])

    async def add_passkey(self, principal: Principal, name: str, credential: Credential, origin: WebOrigin) -> Added:
        """The passkey counts from now on. Raises Invalid, TicketOver, ProveYourself, Conflict for one that is known."""
        shown_as = values.name(name)
        passkey = ceremonies.made(credential, origin, self._answered(credential, _adding(principal)))
        now = self._clock.now()
        added = StoredFactor(self._clock.new_id(), True, now, None, shown_as, passkey=passkey)
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            for each in await factors.of_person(change.session, self._keys, owner):
                if each.passkey is not None and each.passkey.credential_id == passkey.credential_id:
                    raise Conflict("That passkey is there already.")
            await self._add_factor(change, owner, added)
            codes = await self._first_codes(change, owner)
        self._later(self._tell(owner.tenant_id, owner.person_id, "factor_changed", added.name))
        return Added(shown(added), codes)

    def passkey_sign_in_options(self, origin: WebOrigin) -> PasskeyAsked:
        """What a browser signs in by, with whichever passkey it finds for this host."""
        challenge = self._challenge(SIGN_IN)
        return PasskeyAsked(ceremonies.request_options(origin, challenge), stamps.as_text(challenge))

    async def sign_in_by_passkey(
        self, ticket: str, credential: Credential, origin: WebOrigin, arrival: Arrival
    ) -> SignedIn:
        """Raises TicketOver, and WrongProof for whatever is wrong with the passkey or its person's account."""
        if stamps.from_text(ticket) != self._answered(credential, SIGN_IN):
            raise ticket_over()
        self._slow_down("", arrival.source)
        async with self._changing() as change:
            account = await entry.account(change.session, self._keys, ceremonies.handle_of(credential))
            if account is None or account.state != "active" or not self._tenant_works(account.tenant_id):
                raise ceremonies.wrong()
            owner = Owner(account.tenant_id, account.person_id, account.subject)
            await self._use_passkey(change, owner, credential, origin, SIGN_IN)
            signed_in = await self._open(change, account, arrival, proved=True)
        self._guesses.succeeded("", arrival.source.address, self._clock.monotonic())
        return signed_in

    # shared by the use cases

    async def _use_passkey(
        self, change: Change, owner: Owner, credential: Credential, origin: WebOrigin, purpose: str
    ) -> None:
        """Let one of the person's passkeys answer a challenge made for `purpose`. Raises TicketOver, WrongProof."""
        challenge = self._answered(credential, purpose)
        found = await factors.of_person(change.session, self._keys, owner)
        which = credential.get("id")
        used = next((one for one in found if one.passkey is not None and one.passkey.credential_id == which), None)
        if used is None or used.passkey is None or challenge in self._spent:
            raise ceremonies.wrong()
        count = ceremonies.signed(credential, origin, challenge, used.passkey)
        after = replace(used, last_used=self._clock.now().date(), passkey=replace(used.passkey, sign_count=count))
        await factors.save(change.session, self._keys, owner, after)
        self._spend(challenge)

    def _challenge(self, purpose: str) -> bytes:
        until = self._seconds() + int(CHALLENGE_LIFETIME.total_seconds())
        return stamps.stamp(self._stamp_secret, purpose, self._clock.random_bytes(_RANDOM_BYTES), until)

    def _answered(self, credential: Credential, purpose: str) -> bytes:
        """The challenge of ours that the credential says it answers. Raises TicketOver if it is none for this."""
        challenge = ceremonies.challenge_of(credential)
        if stamps.read(self._stamp_secret, purpose, challenge, self._seconds()) is None:
            raise ticket_over()
        return challenge

    def _spend(self, challenge: bytes) -> None:
        """No challenge is answered twice."""
        now = self._seconds()
        while self._spent and (next(iter(self._spent.values())) <= now or len(self._spent) >= _MOST_SPENT):
            self._spent.popitem(last=False)
        self._spent[challenge] = now + int(CHALLENGE_LIFETIME.total_seconds())

    def _seconds(self) -> int:
        return int(self._clock.now().timestamp())


def ticket_over() -> TicketOver:
    """The answer to a question that was not asked, or too long ago."""
    return TicketOver("That took too long, or was not asked for here.", hint="Begin again.")


def _adding(principal: Principal) -> str:
    return f"add a passkey {principal.session_id}"
