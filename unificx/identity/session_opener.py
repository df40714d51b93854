"""Start of sessions within a transaction of another service, and the tokens of a session."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from unificx.core.errors import Unauthenticated
from unificx.identity.errors import AccountSuspended
from unificx.identity.policies import token_rotation
from unificx.identity.policies.login_throttle import source_key
from unificx.identity.remembered import RememberedIds
from unificx.identity.repository import accounts, credentials, sessions
from unificx.identity.schemas import Principal, Session, SignedIn, SignInContext, TokenDelivery
from unificx.identity.security_notices import SecurityNotices
from unificx.identity.store import IdentityStore, Transaction
from unificx.identity.terms import standing

ACCESS_LIFETIME: dict[TokenDelivery, timedelta] = {"cookie": timedelta(minutes=15), "token": timedelta(minutes=60)}
SESSION_LIFETIME = timedelta(days=30)
"""Since the last refresh."""
_MAX_NAME_LENGTH = 60
_MAX_ADDRESS_LENGTH = 64
_MAX_AGENT_LENGTH = 200


class SessionOpener:
    """Opens sessions of fully authenticated users. A new device is reported to the user."""

    def __init__(
        self, store: IdentityStore, notices: SecurityNotices, suspended: Callable[[credentials.SignInAccount], str]
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._notices = notices
        self._suspended = suspended
        """Returns the reference of `AccountSuspended`."""
        self._known_devices = RememberedIds()
        """Fingerprints (`_fingerprint`) of devices that signed in since startup."""

    async def open(
        self,
        tx: Transaction,
        account: credentials.SignInAccount,
        context: SignInContext,
        *,
        stepped_up: bool,
        by: str = "",
    ) -> SignedIn:
        """Open a session; an invited user becomes active. `by`: see `Principal`. Raise AccountSuspended if account or
        tenant is suspended, Unauthenticated for another state."""
        is_first = account.state == "invited"
        if account.state == "suspended" or (account.state != "closed" and self._is_suspended(account.tenant_id)):
            raise AccountSuspended(self._suspended(account))
        if not (is_first or account.state == "active") or not self._store.is_tenant_active(account.tenant_id):
            raise Unauthenticated("This account is not active.")
        if is_first:
            person = await self._store.person(tx.session, account.tenant_id, account.person_id)
            await accounts.save_person(tx.session, self._keys, replace(person, state="active"))
        now, random_bytes = self._clock.now(), self._clock.random_bytes
        seed = token_rotation.RefreshToken(
            random_bytes(token_rotation.FAMILY_BYTES), random_bytes(token_rotation.SECRET_BYTES)
        )
        tokens = self.next_tokens(seed, context.token_delivery)
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
            tx.on_commit.append(lambda: self._notices.send(*account_key, "new_device", device_name))
        tx.on_commit.append(lambda: self._known_devices.add(_fingerprint(account.person_id, opened)))
        await sessions.add(tx.session, self._keys, account, opened, tokens, stepped_up=stepped_up, by=by)
        return await self.signed_in(tx, account, opened.id, tokens, by)

    def _is_suspended(self, tenant_id: str) -> bool:
        tenant = self._store.directory.tenant(tenant_id)
        return tenant is not None and not tenant.active

    def next_tokens(
        self, token: token_rotation.RefreshToken, token_delivery: TokenDelivery, salt: bytes | None = None
    ) -> sessions.SessionTokens:
        """Return the token pair that follows `token`: with the salt of an earlier one the same."""
        now, salt = self._clock.now(), salt or self._clock.random_bytes(token_rotation.SALT_BYTES)
        pair = token_rotation.derive_next(token, salt)
        return sessions.SessionTokens(pair, salt, now, now + ACCESS_LIFETIME[token_delivery], now + SESSION_LIFETIME)

    async def signed_in(
        self,
        tx: Transaction,
        account: credentials.SignInAccount,
        session_id: str,
        tokens: sessions.SessionTokens,
        by: str,
    ) -> SignedIn:
        """Return the result of a sign-in or refresh."""
        account_key = (account.tenant_id, account.person_id)
        acceptance = await credentials.latest_acceptance(tx.session, self._keys, *account_key, by)
        return SignedIn(
            principal=Principal(
                account.person_id, account.tenant_id, account.role, session_id, by=by, granted=account.granted
            ),
            expires=tokens.access_expires,
            refresh_expires=tokens.expires,
            must_change=account.must_change,
            acceptance_needed=standing(acceptance) in ("missing", "consent"),
            token=tokens.pair.access,
            refresh=tokens.pair.refresh.text(),
        )

    async def _is_new_device(self, tx: Transaction, account: credentials.SignInAccount, opened: Session) -> bool:
        """Whether to notify the user: unknown combination of device and source. A name alone is easily guessed."""
        device = _fingerprint(account.person_id, opened)
        if device in self._known_devices:
            return False
        known = await sessions.of_person(tx.session, self._keys, account.tenant_id, account.person_id, opened.created)
        return all(_fingerprint(account.person_id, one) != device for one in known)


def _fingerprint(person_id: str, session: Session) -> int:
    """Return an in-memory fingerprint of a user's device that reveals neither."""
    return hash((person_id, session.kind, session.name, session.agent, source_key(session.address)))
