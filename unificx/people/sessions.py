"""Staying in: sessions, their tokens, and how they end."""

from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from unificx.kernel.errors import NotFound, Unauthenticated
from unificx.people import terms
from unificx.people.clients import Clients
from unificx.people.contracts import Arrival, Keep, OwnAccount, Principal, Session, SignedIn
from unificx.people.queries import accounts, entry, links, phones, sessions
from unificx.people.refusals import AcceptanceNeeded, OwnPasswordNeeded, SessionOver
from unificx.people.room import Change, Tools
from unificx.people.rules import rotation
from unificx.people.rules.guesses import source_key
from unificx.people.tables import AcceptancePart

T = TypeVar("T")

ACCESS_LIFETIME: dict[Keep, timedelta] = {"cookie": timedelta(minutes=15), "token": timedelta(minutes=60)}
SESSION_LIFETIME = timedelta(days=30)
"""From the last refresh on."""
_LONGEST_NAME = 60
_MOST_REMEMBERED = 100_000
_LONGEST_ADDRESS = 64
_LONGEST_AGENT = 200


class Sessions(Clients):
    """Who is in."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._sessions_used: dict[tuple[str, str], date] = {}
        self._said_yes: set[str] = set()
        """Sessions of whom it is known: the terms stay the same while this runs, and who says no is signed out."""
        self._seen: set[int] = set()
        """What was signed in since this runs, though it may be signed out again; `_device` makes them."""
        self._own_password: set[str] = set()
        """Sessions of whom it is known: a password that is to be replaced comes with the end of every session."""

    async def open_session(self, tenant_id: str, person_id: str, arrival: Arrival, *, proved: bool = True) -> SignedIn:
        """A session for a person of whom everything necessary was proved; an invited one becomes active.

        `proved`: by the person themselves, just now. Raises Unauthenticated if they may not come in.
        """
        async with self._changing() as change:
            return await self._open(change, await self._account(change, tenant_id, person_id), arrival, proved=proved)

    async def authenticate(self, token: str) -> Principal:
        """Whose access token it is. Raises Unauthenticated for one that is unknown, ended or expired."""
        now = self._clock.now()
        async with self._database.read() as session:
            found = await sessions.principal(session, rotation.digest(token), now)
        if found is None or not self._tenant_works(found.tenant_id):
            raise Unauthenticated("You are not signed in, or no longer.")
        self._sessions_used[found.tenant_id, found.session_id] = now.date()
        return found

    async def refresh(self, token: str, keep: Keep) -> SignedIn:
        """The next pair of tokens; the same again within seconds. Raises SessionOver.

        A refresh token that was used before is in two hands: its session ends, and its person is told.
        """
        given = rotation.read(token)
        if given is None:
            raise _session_over()
        async with self._changing() as change:
            now = self._clock.now()
            standing = await sessions.of_family(change.session, rotation.family_digest(given), now)
            account = await entry.account(change.session, self._keys, standing.subject) if standing else None
            if standing is None or account is None or account.state != "active":
                raise _session_over()
            if not self._tenant_works(account.tenant_id):
                raise _session_over()
            verdict = rotation.judge(given, standing.refresh_digest, standing.previous_digest, standing.rotated, now)
            if verdict != "stolen":
                self._sessions_used[standing.tenant_id, standing.id] = now.date()
                tokens = await self._rotate(change, standing, given, keep, again=verdict == "again")
                return await self._signed_in(change, account, standing.id, tokens)
            await self._end(change, standing)
        self._later(self._tell(account.tenant_id, account.person_id, "session_theft", ""))
        raise _session_over()

    async def sign_out(self, token: str) -> None:
        """End the access token's session; one that is over already is no error."""
        async with self._changing() as change:
            found = await sessions.principal(change.session, rotation.digest(token), self._clock.now())
            if found is not None:
                await self._end_sessions(change, found.tenant_id, found.person_id, only=found.session_id)

    async def list_sessions(self, tenant_id: str, person_id: str) -> tuple[Session, ...]:
        """A person's running sessions, the newest first."""
        async with self._database.read() as session:
            return tuple(await sessions.of_person(session, self._keys, tenant_id, person_id, self._clock.now()))

    async def revoke_session(self, tenant_id: str, person_id: str, session_id: str) -> None:
        """End one of a person's sessions, with its SIP device. Raises NotFound."""
        async with self._changing() as change:
            if not await self._end_sessions(change, tenant_id, person_id, only=session_id):
                raise NotFound("There is no such session.")

    async def revoke_other_sessions(self, principal: Principal) -> None:
        """End all of a person's sessions but the one this is asked from."""
        async with self._changing() as change:
            await self._end_sessions(change, principal.tenant_id, principal.person_id, keep=principal.session_id)

    # upkeep

    async def tidy(self) -> None:
        """Write down the days of last use, and drop what expired. To be called every few minutes and at the end."""
        devices, self._devices_used = self._devices_used, {}
        used, self._sessions_used = self._sessions_used, {}
        async with self._changing() as change:
            await phones.mark_used(change.session, devices)
            await sessions.mark_used(change.session, used)
            await links.drop_expired(change.session, self._clock.now())
            for ended in await sessions.expired(change.session, self._clock.now()):
                await self._end(change, ended)

    # shared by the use cases

    def _tenant_works(self, tenant_id: str) -> bool:
        tenant = self.directory.tenant(tenant_id)
        return tenant is not None and tenant.active

    async def _account(self, change: Change, tenant_id: str, person_id: str) -> entry.Account:
        subject = self.directory.person_subject(person_id)
        account = await entry.account(change.session, self._keys, subject or "")
        if account is None or account.tenant_id != tenant_id:
            raise Unauthenticated("This account is closed.")
        return account

    async def _open(self, change: Change, account: entry.Account, arrival: Arrival, *, proved: bool) -> SignedIn:
        """A session, within a change that is being made."""
        first = account.state == "invited"
        if not (first or account.state == "active") or not self._tenant_works(account.tenant_id):
            raise Unauthenticated("This account is closed.")
        if first:
            person = await self._person(change, account.tenant_id, account.person_id)
            await accounts.save_person(change.session, self._keys, replace(person, state="active"))
        now, random = self._clock.now(), self._clock.random_bytes
        seed = rotation.RefreshToken(random(rotation.FAMILY_BYTES), random(rotation.SECRET_BYTES))
        tokens = self._following(seed, arrival.keep)
        opened = Session(
            id=self._clock.new_id(),
            created=now,
            expires=tokens.expires,
            last_used=now.date(),
            kind=arrival.device.kind,
            device_id=None,
            name=arrival.device.name.strip()[:_LONGEST_NAME],
            address=arrival.source.address[:_LONGEST_ADDRESS],
            agent=arrival.source.agent[:_LONGEST_AGENT],
        )
        if not first and await self._is_new_device(change, account, opened):
            who, what = (account.tenant_id, account.person_id), opened.name or opened.agent
            change.afterwards.append(lambda: self._later(self._tell(*who, "new_device", what)))
        change.afterwards.append(lambda: _remember(self._seen, _device(account.person_id, opened)))
        await sessions.add(change.session, self._keys, account, opened, tokens, proved=proved)
        return await self._signed_in(change, account, opened.id, tokens)

    async def _is_new_device(self, change: Change, account: entry.Account, opened: Session) -> bool:
        """Worth telling of: neither signed in nor seen before at that place. A name alone is soon guessed."""
        device = _device(account.person_id, opened)
        if device in self._seen:
            return False
        known = await sessions.of_person(
            change.session, self._keys, account.tenant_id, account.person_id, opened.created
        )
        return all(_device(account.person_id, one) != device for one in known)

    async def _rotate(
        self, change: Change, standing: sessions.Standing, given: rotation.RefreshToken, keep: Keep, *, again: bool
    ) -> sessions.Tokens:
        if again:
            pair, salt = rotation.successor(given, standing.salt), standing.salt
            return sessions.Tokens(pair, salt, standing.rotated, standing.access_expires, standing.expires)
        tokens = self._following(given, keep)
        await sessions.rotate(change.session, standing, tokens)
        return tokens

    def _following(self, token: rotation.RefreshToken, keep: Keep) -> sessions.Tokens:
        now, salt = self._clock.now(), self._clock.random_bytes(rotation.SALT_BYTES)
        pair = rotation.successor(token, salt)
        return sessions.Tokens(pair, salt, now, now + ACCESS_LIFETIME[keep], now + SESSION_LIFETIME)

    async def _signed_in(
        self, change: Change, account: entry.Account, session_id: str, tokens: sessions.Tokens
    ) -> SignedIn:
        said = await entry.last_acceptance(change.session, self._keys, account.tenant_id, account.person_id)
        return SignedIn(
            principal=Principal(account.person_id, account.tenant_id, account.role, session_id),
            expires=tokens.access_expires,
            refresh_expires=tokens.expires,
            must_change=account.must_change,
            acceptance_needed=not _accepted(said),
            token=tokens.pair.access,
            refresh=tokens.pair.refresh.text(),
        )

    async def own_account(self, who: Principal) -> OwnAccount:
        """The account of whoever asks. Raises NotFound once it is closed."""
        async with self._database.read() as session:
            person = await accounts.person(session, self._keys, who.tenant_id, who.person_id)
            if person is None:
                raise NotFound("There is no such person.")
            extensions = await phones.extensions_of_person(session, self._keys, who.tenant_id, who.person_id)
            must_change = await entry.must_change(session, who.tenant_id, who.person_id)
            said = await entry.last_acceptance(session, self._keys, who.tenant_id, who.person_id)
        return OwnAccount(person, tuple(extensions), must_change, acceptance_needed=not _accepted(said))

    async def must_have_own_password(self, who: Principal) -> None:
        """Raises OwnPasswordNeeded for whoever has a password that is good for no more than to choose one's own."""
        if who.session_id in self._own_password:
            return
        async with self._database.read() as session:
            must_change = await entry.must_change(session, who.tenant_id, who.person_id)
        if must_change:
            raise OwnPasswordNeeded(
                "Choose a password of your own first.",
                hint="PUT /api/v1/me/password, the present one as `current`.",
            )
        _remember(self._own_password, who.session_id)

    async def must_have_said_yes(self, who: Principal) -> None:
        """Raises AcceptanceNeeded for whoever has yet to say yes to the present terms and policy."""
        if who.session_id in self._said_yes:
            return
        async with self._database.read() as session:
            said = await entry.last_acceptance(session, self._keys, who.tenant_id, who.person_id)
        if not _accepted(said):
            raise AcceptanceNeeded(
                "Say yes to the present terms and policy first.",
                hint="Look at /api/v1/sign-in/options, then POST /api/v1/me/acceptances.",
            )
        _remember(self._said_yes, who.session_id)


def _remember(known: set[T], one: T) -> None:
    if len(known) >= _MOST_REMEMBERED:
        known.clear()
    known.add(one)


def _device(person_id: str, session: Session) -> int:
    """What stands for a device of somebody while this runs, and says nothing of either to anybody."""
    return hash((person_id, session.kind, session.name, session.agent, source_key(session.address)))


def _accepted(said: AcceptancePart | None) -> bool:
    present = (True, terms.TERMS_VERSION, terms.POLICY_VERSION)
    return said is not None and (said.of_age, said.terms_version, said.policy_version) == present


def _session_over() -> SessionOver:
    return SessionOver("You are not signed in any more.", hint="Sign in again.")
