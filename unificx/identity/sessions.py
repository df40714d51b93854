"""Sessions: tokens, refresh, revocation, expiry."""

from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from unificx.core.errors import NotFound, Unauthenticated
from unificx.identity import terms
from unificx.identity.client_devices import ClientDevices
from unificx.identity.errors import AcceptanceRequired, PasswordChangeRequired, SessionExpired
from unificx.identity.models import AcceptancePart
from unificx.identity.policies import token_rotation
from unificx.identity.policies.login_throttle import source_key
from unificx.identity.repository import accounts, credentials, links, phones, sessions
from unificx.identity.schemas import CurrentAccount, Principal, Session, SignedIn, SignInContext, TokenDelivery
from unificx.identity.service_base import Dependencies, Transaction

T = TypeVar("T")

ACCESS_LIFETIME: dict[TokenDelivery, timedelta] = {"cookie": timedelta(minutes=15), "token": timedelta(minutes=60)}
SESSION_LIFETIME = timedelta(days=30)
"""Since the last refresh."""
_MAX_NAME_LENGTH = 60
_MAX_REMEMBERED = 100_000
_MAX_ADDRESS_LENGTH = 64
_MAX_AGENT_LENGTH = 200


class Sessions(ClientDevices):
    """Session management."""

    def __init__(self, tools: Dependencies) -> None:
        super().__init__(tools)
        self._session_last_used: dict[tuple[str, str], date] = {}
        self._accepted_sessions: set[str] = set()
        """Sessions whose acceptance is known: terms do not change at run time, and a refusal ends the session."""
        self._known_devices: set[int] = set()
        """Fingerprints (`_fingerprint`) of devices that signed in since startup."""
        self._own_password_sessions: set[str] = set()
        """Sessions known to have a permanent password: setting a one-time password ends every session."""

    async def open_session(
        self, tenant_id: str, person_id: str, context: SignInContext, *, stepped_up: bool = True
    ) -> SignedIn:
        """Open a session for a fully authenticated user; an invited one becomes active.

        `proved`: the user authenticated themselves just now, which counts as step-up. Raise Unauthenticated if the
        account or tenant is not active.
        """
        async with self._transaction() as tx:
            return await self._open_session(
                tx, await self._account(tx, tenant_id, person_id), context, stepped_up=stepped_up
            )

    async def authenticate(self, token: str) -> Principal:
        """Return the owner of an access token. Raise Unauthenticated if it is unknown, revoked or expired."""
        now = self._clock.now()
        async with self._database.read() as session:
            found = await sessions.principal(session, token_rotation.digest(token), now)
        if found is None or not self._is_tenant_active(found.tenant_id):
            raise Unauthenticated("You are not signed in.")
        self._session_last_used[found.tenant_id, found.session_id] = now.date()
        return found

    async def refresh(self, token: str, token_delivery: TokenDelivery) -> SignedIn:
        """Return the next token pair; the same pair for a retry within seconds. Raise SessionExpired.

        Reuse of an older refresh token means it was stolen: the session ends and the user is notified.
        """
        refresh_token = token_rotation.parse_refresh_token(token)
        if refresh_token is None:
            raise _session_expired()
        async with self._transaction() as tx:
            now = self._clock.now()
            record = await sessions.find_by_family(tx.session, token_rotation.family_digest(refresh_token), now)
            account = await credentials.account(tx.session, self._keys, record.subject) if record else None
            if record is None or account is None or account.state != "active":
                raise _session_expired()
            if not self._is_tenant_active(account.tenant_id):
                raise _session_expired()
            verdict = token_rotation.classify(
                refresh_token, record.refresh_digest, record.previous_digest, record.rotated, now
            )
            if verdict != "stolen":
                self._session_last_used[record.tenant_id, record.id] = now.date()
                tokens = await self._rotate(tx, record, refresh_token, token_delivery, is_retry=verdict == "again")
                return await self._signed_in(tx, account, record.id, tokens)
            await self._end_session(tx, record)
        self._run_in_background(self._notify(account.tenant_id, account.person_id, "session_theft", ""))
        raise _session_expired()

    async def sign_out(self, token: str) -> None:
        """End the session of the access token; no error if it has already ended."""
        async with self._transaction() as tx:
            found = await sessions.principal(tx.session, token_rotation.digest(token), self._clock.now())
            if found is not None:
                await self._end_sessions(tx, found.tenant_id, found.person_id, only_session=found.session_id)

    async def list_sessions(self, tenant_id: str, person_id: str) -> tuple[Session, ...]:
        """List the active sessions of a user, newest first."""
        async with self._database.read() as session:
            return tuple(await sessions.of_person(session, self._keys, tenant_id, person_id, self._clock.now()))

    async def revoke_session(self, tenant_id: str, person_id: str, session_id: str) -> None:
        """End a session of a user, with its SIP device. Raise NotFound."""
        async with self._transaction() as tx:
            if not await self._end_sessions(tx, tenant_id, person_id, only_session=session_id):
                raise NotFound("Session not found.")

    async def revoke_other_sessions(self, principal: Principal) -> None:
        """End all sessions of the caller except the current one."""
        async with self._transaction() as tx:
            await self._end_sessions(tx, principal.tenant_id, principal.person_id, except_session=principal.session_id)

    # maintenance

    async def clean_up(self) -> None:
        """Store last-used dates and delete expired data. Called every few minutes and at shutdown."""
        devices, self._device_last_used = self._device_last_used, {}
        used, self._session_last_used = self._session_last_used, {}
        async with self._transaction() as tx:
            await phones.mark_used(tx.session, devices)
            await sessions.mark_used(tx.session, used)
            await links.delete_expired(tx.session, self._clock.now())
            for ended in await sessions.expired(tx.session, self._clock.now()):
                await self._end_session(tx, ended)

    # internal helpers

    def _is_tenant_active(self, tenant_id: str) -> bool:
        tenant = self.directory.tenant(tenant_id)
        return tenant is not None and tenant.active

    async def _account(self, tx: Transaction, tenant_id: str, person_id: str) -> credentials.SignInAccount:
        subject = self.directory.person_subject(person_id)
        account = await credentials.account(tx.session, self._keys, subject or "")
        if account is None or account.tenant_id != tenant_id:
            raise Unauthenticated("This account is not active.")
        return account

    async def _open_session(
        self, tx: Transaction, account: credentials.SignInAccount, context: SignInContext, *, stepped_up: bool
    ) -> SignedIn:
        """Open a session within the transaction."""
        is_first = account.state == "invited"
        if not (is_first or account.state == "active") or not self._is_tenant_active(account.tenant_id):
            raise Unauthenticated("This account is not active.")
        if is_first:
            person = await self._person(tx, account.tenant_id, account.person_id)
            await accounts.save_person(tx.session, self._keys, replace(person, state="active"))
        now, random_bytes = self._clock.now(), self._clock.random_bytes
        seed = token_rotation.RefreshToken(
            random_bytes(token_rotation.FAMILY_BYTES), random_bytes(token_rotation.SECRET_BYTES)
        )
        tokens = self._next_tokens(seed, context.token_delivery)
        opened = Session(
            id=self._clock.new_id(),
            created=now,
            expires=tokens.expires,
            last_used=now.date(),
            kind=context.device.kind,
            device_id=None,
            name=context.device.name.strip()[:_MAX_NAME_LENGTH],
            address=context.source.address[:_MAX_ADDRESS_LENGTH],
            agent=context.source.agent[:_MAX_AGENT_LENGTH],
        )
        if not is_first and await self._is_new_device(tx, account, opened):
            account_key, device_name = (account.tenant_id, account.person_id), opened.name or opened.agent
            tx.on_commit.append(lambda: self._run_in_background(self._notify(*account_key, "new_device", device_name)))
        tx.on_commit.append(lambda: _remember(self._known_devices, _fingerprint(account.person_id, opened)))
        await sessions.add(tx.session, self._keys, account, opened, tokens, stepped_up=stepped_up)
        return await self._signed_in(tx, account, opened.id, tokens)

    async def _is_new_device(self, tx: Transaction, account: credentials.SignInAccount, opened: Session) -> bool:
        """Whether to notify the user: unknown combination of device and source. A name alone is easily guessed."""
        device = _fingerprint(account.person_id, opened)
        if device in self._known_devices:
            return False
        known = await sessions.of_person(tx.session, self._keys, account.tenant_id, account.person_id, opened.created)
        return all(_fingerprint(account.person_id, one) != device for one in known)

    async def _rotate(
        self,
        tx: Transaction,
        record: sessions.SessionRecord,
        refresh_token: token_rotation.RefreshToken,
        token_delivery: TokenDelivery,
        *,
        is_retry: bool,
    ) -> sessions.SessionTokens:
        if is_retry:
            pair, salt = token_rotation.derive_next(refresh_token, record.salt), record.salt
            return sessions.SessionTokens(pair, salt, record.rotated, record.access_expires, record.expires)
        tokens = self._next_tokens(refresh_token, token_delivery)
        await sessions.rotate(tx.session, record, tokens)
        return tokens

    def _next_tokens(self, token: token_rotation.RefreshToken, token_delivery: TokenDelivery) -> sessions.SessionTokens:
        now, salt = self._clock.now(), self._clock.random_bytes(token_rotation.SALT_BYTES)
        pair = token_rotation.derive_next(token, salt)
        return sessions.SessionTokens(pair, salt, now, now + ACCESS_LIFETIME[token_delivery], now + SESSION_LIFETIME)

    async def _signed_in(
        self, tx: Transaction, account: credentials.SignInAccount, session_id: str, tokens: sessions.SessionTokens
    ) -> SignedIn:
        acceptance = await credentials.latest_acceptance(tx.session, self._keys, account.tenant_id, account.person_id)
        return SignedIn(
            principal=Principal(account.person_id, account.tenant_id, account.role, session_id),
            expires=tokens.access_expires,
            refresh_expires=tokens.expires,
            must_change=account.must_change,
            acceptance_needed=not _is_current(acceptance),
            token=tokens.pair.access,
            refresh=tokens.pair.refresh.text(),
        )

    async def current_account(self, principal: Principal) -> CurrentAccount:
        """Return the account of the caller. Raise NotFound once it is closed."""
        async with self._database.read() as session:
            person = await accounts.person(session, self._keys, principal.tenant_id, principal.person_id)
            if person is None:
                raise NotFound("User not found.")
            extensions = await phones.extensions_of_person(
                session, self._keys, principal.tenant_id, principal.person_id
            )
            must_change = await credentials.must_change(session, principal.tenant_id, principal.person_id)
            acceptance = await credentials.latest_acceptance(
                session, self._keys, principal.tenant_id, principal.person_id
            )
        return CurrentAccount(person, tuple(extensions), must_change, acceptance_needed=not _is_current(acceptance))

    async def require_own_password(self, principal: Principal) -> None:
        """Raise PasswordChangeRequired while the caller has a one-time password."""
        if principal.session_id in self._own_password_sessions:
            return
        async with self._database.read() as session:
            must_change = await credentials.must_change(session, principal.tenant_id, principal.person_id)
        if must_change:
            raise PasswordChangeRequired(
                "Choose your own password first.",
                hint="PUT /api/v1/me/password, with the one-time password as `current`.",
            )
        _remember(self._own_password_sessions, principal.session_id)

    async def require_acceptance(self, principal: Principal) -> None:
        """Raise AcceptanceRequired until the caller has accepted the current terms and policy."""
        if principal.session_id in self._accepted_sessions:
            return
        async with self._database.read() as session:
            acceptance = await credentials.latest_acceptance(
                session, self._keys, principal.tenant_id, principal.person_id
            )
        if not _is_current(acceptance):
            raise AcceptanceRequired(
                "Accept the current terms and policy first.",
                hint="GET /api/v1/sign-in/options, then POST /api/v1/me/acceptances.",
            )
        _remember(self._accepted_sessions, principal.session_id)


def _remember(known: set[T], item: T) -> None:
    if len(known) >= _MAX_REMEMBERED:
        known.clear()
    known.add(item)


def _fingerprint(person_id: str, session: Session) -> int:
    """Return an in-memory fingerprint of a user's device that reveals neither."""
    return hash((person_id, session.kind, session.name, session.agent, source_key(session.address)))


def _is_current(acceptance: AcceptancePart | None) -> bool:
    current = (True, terms.TERMS_VERSION, terms.POLICY_VERSION)
    return (
        acceptance is not None and (acceptance.of_age, acceptance.terms_version, acceptance.policy_version) == current
    )


def _session_expired() -> SessionExpired:
    return SessionExpired("Your session has ended.", hint="Sign in again.")
