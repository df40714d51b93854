"""Sessions: authentication by token, refresh, revocation, expiry."""

from dataclasses import replace
from datetime import date

import structlog

from unificx.core.errors import NotFound, Unauthenticated
from unificx.core.faults import describe_fault
from unificx.identity.errors import SessionExpired
from unificx.identity.policies import token_rotation
from unificx.identity.repository import credentials, sessions
from unificx.identity.schemas import Principal, Session, SignedIn, SignInContext, TokenDelivery
from unificx.identity.security_notices import SecurityNotices
from unificx.identity.session_closer import SessionCloser
from unificx.identity.session_opener import SessionOpener
from unificx.identity.store import IdentityStore, Transaction

log = structlog.get_logger()


class Sessions:
    """Session management."""

    def __init__(
        self, store: IdentityStore, opener: SessionOpener, closer: SessionCloser, notices: SecurityNotices
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._opener = opener
        self._closer = closer
        self._notices = notices
        # Owner: this node, until `clean_up` writes them.
        self._last_used: dict[tuple[str, str], date] = {}
        """Dates since the last `clean_up`."""

    async def open(
        self, tenant_id: str, person_id: str, context: SignInContext, *, stepped_up: bool = True
    ) -> SignedIn:
        """Open a session for a fully authenticated user; an invited one becomes active.

        `stepped_up`: the user authenticated themselves just now, which counts as step-up. Raise Unauthenticated if the
        account or tenant is not active.
        """
        async with self._store.transaction() as tx:
            return await self._opener.open(
                tx, await self._store.account(tx.session, tenant_id, person_id), context, stepped_up=stepped_up
            )

    async def authenticate(self, token: str) -> Principal:
        """Return the owner of an access token. Raise Unauthenticated if it is unknown, revoked or expired."""
        now, digest = self._clock.now(), token_rotation.digest(token)
        async with self._store.read_one() as connection:
            found = await sessions.principal(connection, digest, now)
        if found is None or not self._store.is_tenant_active(found[0].tenant_id):
            raise Unauthenticated("You are not signed in.")
        owner, used = found
        if not used:
            await self._note_use(owner, digest)
        self._last_used[owner.tenant_id, owner.session_id] = now.date()
        return owner

    async def _note_use(self, owner: Principal, digest: str) -> None:
        """Note that the present pair was used. If that fails, the next request does it: this one is valid anyhow."""
        try:
            async with self._store.unordered() as uow:
                await sessions.mark_pair_used(uow.session, owner, digest)
        except Exception as fault:
            log.warning("use_of_session_not_stored", tenant=owner.tenant_id, **describe_fault(fault))

    async def refresh(self, token: str, token_delivery: TokenDelivery) -> SignedIn:
        """Return the next token pair; the same pair for a retry until it was used. Raise SessionExpired.

        Reuse of an older refresh token means it was stolen: the session ends and the user is notified.
        """
        refresh_token = token_rotation.parse_refresh_token(token)
        if refresh_token is None:
            raise _session_expired()
        async with self._store.transaction() as tx:
            now = self._clock.now()
            record = await sessions.find_by_family(tx.session, token_rotation.family_digest(refresh_token), now)
            account = await credentials.account(tx.session, self._keys, record.subject) if record else None
            if record is None or account is None or account.state != "active":
                raise _session_expired()
            if not self._store.is_tenant_active(account.tenant_id):
                raise _session_expired()
            repeatable = not record.used or now < record.rotated + token_rotation.RETRY_GRACE
            verdict = token_rotation.classify(
                refresh_token, record.refresh_digest, record.previous_digest, repeatable=repeatable
            )
            if verdict != "stolen":
                self._last_used[record.tenant_id, record.id] = now.date()
                tokens = await self._rotate(tx, record, refresh_token, token_delivery, is_retry=verdict == "again")
                return await self._opener.signed_in(tx, account, record.id, tokens, record.by)
            await self._closer.end_one(tx, record)
        self._notices.send(account.tenant_id, account.person_id, "session_theft", "")
        raise _session_expired()

    async def sign_out(self, token: str) -> None:
        """End the session of the access token; no error if it has already ended."""
        async with self._store.transaction() as tx:
            found = await sessions.principal(tx.session, token_rotation.digest(token), self._clock.now())
            if found is not None:
                owner, _ = found
                await self._closer.end(tx, owner.tenant_id, owner.person_id, only_session=owner.session_id)

    async def of_person(self, tenant_id: str, person_id: str) -> tuple[Session, ...]:
        """List the active sessions of a user, newest first."""
        async with self._store.read() as session:
            return tuple(await sessions.of_person(session, self._keys, tenant_id, person_id, self._clock.now()))

    async def revoke(self, tenant_id: str, person_id: str, session_id: str) -> None:
        """End a session of a user, with its SIP device. Raise NotFound."""
        async with self._store.transaction() as tx:
            if not await self._closer.end(tx, tenant_id, person_id, only_session=session_id):
                raise NotFound("Session not found.")

    async def revoke_others(self, principal: Principal) -> None:
        """End all sessions of the caller except the current one."""
        async with self._store.transaction() as tx:
            await self._closer.end(tx, principal.tenant_id, principal.person_id, except_session=principal.session_id)

    async def clean_up(self, tx: Transaction) -> None:
        """Store last-used dates and end expired sessions."""
        await sessions.mark_used(tx.session, tx.take(self._last_used))
        for ended in await sessions.expired(tx.session, self._clock.now()):
            await self._closer.end_one(tx, ended)

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
            # The session itself lasts no longer for it, which limits the time for a retry.
            tokens = replace(
                self._opener.next_tokens(refresh_token, token_delivery, record.salt), expires=record.expires
            )
            await sessions.renew_access(tx.session, record, tokens.access_expires)
            return tokens
        tokens = self._opener.next_tokens(refresh_token, token_delivery)
        await sessions.rotate(tx.session, record, tokens)
        return tokens


def _session_expired() -> SessionExpired:
    return SessionExpired("Your session has ended.", hint="Sign in again.")
