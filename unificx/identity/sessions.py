"""Sessions: tokens, refresh, revocation, expiry."""

from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from unificx.core.errors import NotFound, Unauthenticated
from unificx.identity import terms
from unificx.identity.client_devices import Clients
from unificx.identity.errors import AcceptanceNeeded, OwnPasswordNeeded, SessionOver
from unificx.identity.models import AcceptancePart
from unificx.identity.policies import token_rotation
from unificx.identity.policies.login_throttle import source_key
from unificx.identity.repository import accounts, credentials, links, phones, sessions
from unificx.identity.schemas import Arrival, Keep, OwnAccount, Principal, Session, SignedIn
from unificx.identity.service_base import Change, Tools

T = TypeVar("T")

ACCESS_LIFETIME: dict[Keep, timedelta] = {"cookie": timedelta(minutes=15), "token": timedelta(minutes=60)}
SESSION_LIFETIME = timedelta(days=30)
"""Since the last refresh."""
_LONGEST_NAME = 60
_MOST_REMEMBERED = 100_000
_LONGEST_ADDRESS = 64
_LONGEST_AGENT = 200


class Sessions(Clients):
    """Session management."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._sessions_used: dict[tuple[str, str], date] = {}
        self._said_yes: set[str] = set()
        """Sessions whose acceptance is known: terms do not change at run time, and a refusal ends the session."""
        self._seen: set[int] = set()
        """Fingerprints (`_fingerprint`) of devices that signed in since startup."""
        self._own_password: set[str] = set()
        """Sessions known to have a permanent password: setting a one-time password ends every session."""

    async def open_session(self, tenant_id: str, person_id: str, arrival: Arrival, *, proved: bool = True) -> SignedIn:
        """Open a session for a fully authenticated user; an invited one becomes active.

        `proved`: the user authenticated themselves just now, which counts as step-up. Raise Unauthenticated if the
        account or tenant is not active.
        """
        async with self._changing() as change:
            return await self._open(change, await self._account(change, tenant_id, person_id), arrival, proved=proved)

    async def authenticate(self, token: str) -> Principal:
        """Return the owner of an access token. Raise Unauthenticated if it is unknown, revoked or expired."""
        now = self._clock.now()
        async with self._database.read() as session:
            found = await sessions.principal(session, token_rotation.digest(token), now)
        if found is None or not self._tenant_works(found.tenant_id):
            raise Unauthenticated("You are not signed in.")
        self._sessions_used[found.tenant_id, found.session_id] = now.date()
        return found

    async def refresh(self, token: str, keep: Keep) -> SignedIn:
        """Return the next token pair; the same pair for a retry within seconds. Raise SessionExpired.

        Reuse of an older refresh token means it was stolen: the session ends and the user is notified.
        """
        given = token_rotation.read(token)
        if given is None:
            raise _session_over()
        async with self._changing() as change:
            now = self._clock.now()
            standing = await sessions.of_family(change.session, token_rotation.family_digest(given), now)
            account = await credentials.account(change.session, self._keys, standing.subject) if standing else None
            if standing is None or account is None or account.state != "active":
                raise _session_over()
            if not self._tenant_works(account.tenant_id):
                raise _session_over()
            verdict = token_rotation.judge(
                given, standing.refresh_digest, standing.previous_digest, standing.rotated, now
            )
            if verdict != "stolen":
                self._sessions_used[standing.tenant_id, standing.id] = now.date()
                tokens = await self._rotate(change, standing, given, keep, again=verdict == "again")
                return await self._signed_in(change, account, standing.id, tokens)
            await self._end(change, standing)
        self._later(self._tell(account.tenant_id, account.person_id, "session_theft", ""))
        raise _session_over()

    async def sign_out(self, token: str) -> None:
        """End the session of the access token; no error if it has already ended."""
        async with self._changing() as change:
            found = await sessions.principal(change.session, token_rotation.digest(token), self._clock.now())
            if found is not None:
                await self._end_sessions(change, found.tenant_id, found.person_id, only=found.session_id)

    async def list_sessions(self, tenant_id: str, person_id: str) -> tuple[Session, ...]:
        """List the active sessions of a user, newest first."""
        async with self._database.read() as session:
            return tuple(await sessions.of_person(session, self._keys, tenant_id, person_id, self._clock.now()))

    async def revoke_session(self, tenant_id: str, person_id: str, session_id: str) -> None:
        """End a session of a user, with its SIP device. Raise NotFound."""
        async with self._changing() as change:
            if not await self._end_sessions(change, tenant_id, person_id, only=session_id):
                raise NotFound("Session not found.")

    async def revoke_other_sessions(self, principal: Principal) -> None:
        """End all sessions of the caller except the current one."""
        async with self._changing() as change:
            await self._end_sessions(change, principal.tenant_id, principal.person_id, keep=principal.session_id)

    # maintenance

    async def tidy(self) -> None:
        """Store last-used dates and delete expired data. Called every few minutes and at shutdown."""
        devices, self._devices_used = self._devices_used, {}
        used, self._sessions_used = self._sessions_used, {}
        async with self._changing() as change:
            await phones.mark_used(change.session, devices)
            await sessions.mark_used(change.session, used)
            await links.drop_expired(change.session, self._clock.now())
            for ended in await sessions.expired(change.session, self._clock.now()):
                await self._end(change, ended)

    # internal helpers

    def _tenant_works(self, tenant_id: str) -> bool:
        tenant = self.directory.tenant(tenant_id)
        return tenant is not None and tenant.active

    async def _account(self, change: Change, tenant_id: str, person_id: str) -> credentials.Account:
        subject = self.directory.person_subject(person_id)
        account = await credentials.account(change.session, self._keys, subject or "")
        if account is None or account.tenant_id != tenant_id:
            raise Unauthenticated("This account is not active.")
        return account

    async def _open(self, change: Change, account: credentials.Account, arrival: Arrival, *, proved: bool) -> SignedIn:
        """Open a session within the transaction."""
        first = account.state == "invited"
        if not (first or account.state == "active") or not self._tenant_works(account.tenant_id):
            raise Unauthenticated("This account is not active.")
        if first:
            person = await self._person(change, account.tenant_id, account.person_id)
            await accounts.save_person(change.session, self._keys, replace(person, state="active"))
        now, random = self._clock.now(), self._clock.random_bytes
        seed = token_rotation.RefreshToken(random(token_rotation.FAMILY_BYTES), random(token_rotation.SECRET_BYTES))
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

    async def _is_new_device(self, change: Change, account: credentials.Account, opened: Session) -> bool:
        """Whether to notify the user: unknown combination of device and source. A name alone is easily guessed."""
        device = _device(account.person_id, opened)
        if device in self._seen:
            return False
        known = await sessions.of_person(
            change.session, self._keys, account.tenant_id, account.person_id, opened.created
        )
        return all(_device(account.person_id, one) != device for one in known)

    async def _rotate(
        self,
        change: Change,
        standing: sessions.Standing,
        given: token_rotation.RefreshToken,
        keep: Keep,
        *,
        again: bool,
    ) -> sessions.Tokens:
        if again:
            pair, salt = token_rotation.successor(given, standing.salt), standing.salt
            return sessions.Tokens(pair, salt, standing.rotated, standing.access_expires, standing.expires)
        tokens = self._following(given, keep)
        await sessions.rotate(change.session, standing, tokens)
        return tokens

    def _following(self, token: token_rotation.RefreshToken, keep: Keep) -> sessions.Tokens:
        now, salt = self._clock.now(), self._clock.random_bytes(token_rotation.SALT_BYTES)
        pair = token_rotation.successor(token, salt)
        return sessions.Tokens(pair, salt, now, now + ACCESS_LIFETIME[keep], now + SESSION_LIFETIME)

    async def _signed_in(
        self, change: Change, account: credentials.Account, session_id: str, tokens: sessions.Tokens
    ) -> SignedIn:
        said = await credentials.last_acceptance(change.session, self._keys, account.tenant_id, account.person_id)
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
        """Return the account of the caller. Raise NotFound once it is closed."""
        async with self._database.read() as session:
            person = await accounts.person(session, self._keys, who.tenant_id, who.person_id)
            if person is None:
                raise NotFound("User not found.")
            extensions = await phones.extensions_of_person(session, self._keys, who.tenant_id, who.person_id)
            must_change = await credentials.must_change(session, who.tenant_id, who.person_id)
            said = await credentials.last_acceptance(session, self._keys, who.tenant_id, who.person_id)
        return OwnAccount(person, tuple(extensions), must_change, acceptance_needed=not _accepted(said))

    async def must_have_own_password(self, who: Principal) -> None:
        """Raise PasswordChangeRequired while the caller has a one-time password."""
        if who.session_id in self._own_password:
            return
        async with self._database.read() as session:
            must_change = await credentials.must_change(session, who.tenant_id, who.person_id)
        if must_change:
            raise OwnPasswordNeeded(
                "Choose your own password first.",
                hint="PUT /api/v1/me/password, with the one-time password as `current`.",
            )
        _remember(self._own_password, who.session_id)

    async def must_have_said_yes(self, who: Principal) -> None:
        """Raise AcceptanceRequired until the caller has accepted the current terms and policy."""
        if who.session_id in self._said_yes:
            return
        async with self._database.read() as session:
            said = await credentials.last_acceptance(session, self._keys, who.tenant_id, who.person_id)
        if not _accepted(said):
            raise AcceptanceNeeded(
                "Accept the current terms and policy first.",
                hint="GET /api/v1/sign-in/options, then POST /api/v1/me/acceptances.",
            )
        _remember(self._said_yes, who.session_id)


def _remember(known: set[T], one: T) -> None:
    if len(known) >= _MOST_REMEMBERED:
        known.clear()
    known.add(one)


def _device(person_id: str, session: Session) -> int:
    """Return an in-memory fingerprint of a user's device that reveals neither."""
    return hash((person_id, session.kind, session.name, session.agent, source_key(session.address)))


def _accepted(said: AcceptancePart | None) -> bool:
    present = (True, terms.TERMS_VERSION, terms.POLICY_VERSION)
    return said is not None and (said.of_age, said.terms_version, said.policy_version) == present


def _session_over() -> SessionOver:
    return SessionOver("Your session has ended.", hint="Sign in again.")
