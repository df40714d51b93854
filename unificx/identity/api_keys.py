"""API keys: long-lived tokens of programs, limited to scopes, that act as a user."""

from datetime import date, timedelta

import structlog

from unificx.cluster import Counters
from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from unificx.core.phrases import Phrase
from unificx.identity.events import ApiKeyCreated, ApiKeyEnded
from unificx.identity.factor_records import FactorRecords
from unificx.identity.policies import permissions, validation
from unificx.identity.policies.key_rate import MAX_CALLS, MAX_REQUESTS, KeyRate
from unificx.identity.policies.token_rotation import base64url, digest
from unificx.identity.repository import api_keys
from unificx.identity.schemas import ApiKey, CreatedApiKey, NewApiKey, Principal, maker_of
from unificx.identity.security_notices import SecurityNotices
from unificx.identity.store import IdentityStore, Transaction

TOKEN_MARK = "ucx_"  # noqa: S105 - the beginning of every key, by which secret scanners find it
MAX_DAYS = 366
MAX_KEYS = 20
"""Per user."""
_SECRET_BYTES = 32
_PREFIX_LENGTH = 12

log = structlog.get_logger()


class ApiKeys:
    """API keys of all users. A key has at most the present rights of its user and ends with the account."""

    def __init__(
        self, store: IdentityStore, factors: FactorRecords, notices: SecurityNotices, counters: Counters
    ) -> None:
        self._store = store
        self._factors = factors
        self._notices = notices
        self._calls = KeyRate(counters, Phrase("calls"), MAX_CALLS)
        self._requests = KeyRate(counters, Phrase("requests"), MAX_REQUESTS)
        self._keys = store.keys
        self._clock = store.clock
        # Owner: this node, until `clean_up` writes them.
        self._last_used: dict[tuple[str, str], date] = {}
        """Dates since the last `clean_up`."""

    async def create(self, maker: Principal, tenant_id: str, person_id: str, new: NewApiKey) -> CreatedApiKey:
        """Create a key that acts as a user, and tell them. Raise Forbidden for a scope beyond their role, Conflict for
        too many keys, StepUpRequired, Invalid."""
        if not 1 <= new.days <= MAX_DAYS:
            raise Invalid(Phrase("A key is valid for 1 to {} days.", MAX_DAYS), field="days")
        token, now = TOKEN_MARK + base64url(self._clock.random_bytes(_SECRET_BYTES)), self._clock.now()
        async with self._store.transaction() as tx:
            if maker.person_id:
                await self._factors.require_step_up(tx, maker)
            person = await self._store.person(tx.session, tenant_id, person_id)
            if person.state == "suspended":
                raise Conflict("This account is suspended.", hint="Resume it first.")
            if await api_keys.count(tx.session, tenant_id, person_id) >= MAX_KEYS:
                raise Conflict(
                    Phrase("A user has at most {} keys.", MAX_KEYS), hint="Revoke a key that is no longer used."
                )
            possible = permissions.scopes_of(person.role, person.granted)
            _check_scopes(new.scopes, possible)
            wanted = new.scopes or [scope for scope in possible if scope not in permissions.NAMED_SCOPES]
            key = ApiKey(
                id=self._clock.new_id(),
                tenant_id=tenant_id,
                person_id=person_id,
                scopes=tuple(scope for scope in possible if scope in wanted),
                prefix=token[:_PREFIX_LENGTH],
                created=now,
                expires=now + timedelta(days=new.days),
                last_used=None,
                name=validation.name(new.name),
            )
            await api_keys.add(
                tx.session, self._keys, key, person.subject, digest(token), by=maker_of(maker, person_id)
            )
            tx.on_commit.append(lambda: self._notices.send(tenant_id, person_id, "api_key_created", key.name))
            tx.publish(ApiKeyCreated(self._clock.new_id(), tenant_id, key.id, person_id, maker.person_id))
        log.info("api_key_created", tenant=tenant_id, key=key.id, person=person_id, maker=maker.person_id)
        return CreatedApiKey(key, token)

    async def authenticate(self, token: str) -> Principal:
        """Return the owner of a key. Raise Unauthenticated if it is unknown, revoked or expired."""
        now = self._clock.now()
        async with self._store.read_one() as connection:
            found = await api_keys.principal(connection, digest(token), now)
        if found is None or not self._store.is_tenant_active(found.tenant_id):
            raise Unauthenticated("This API key is not valid.", hint="It was revoked or has expired.")
        self._last_used[found.tenant_id, found.key_id] = now.date()
        return found

    async def count_call(self, principal: Principal) -> None:
        """Count a call that a program places. Raise TooManyRequests. Signed-in users are not limited here."""
        if principal.key_id:
            await self._calls.count(principal.key_id)

    async def count_request(self, principal: Principal) -> None:
        """Count a request of a protocol other than the API. Raise TooManyRequests."""
        await self._requests.count(principal.key_id)

    async def keys_of(self, tenant_id: str, person_id: str | None) -> list[ApiKey]:
        """Return the keys of a tenant, or of one user, oldest first."""
        async with self._store.read() as session:
            return await api_keys.list_keys(session, self._keys, tenant_id, person_id)

    async def revoke(self, tenant_id: str, key_id: str, person_id: str | None) -> None:
        """Revoke a key of a tenant, or of one user. Raise NotFound."""
        async with self._store.transaction() as tx:
            found = await api_keys.select_ids(tx.session, tenant_id, person_id, only_key=key_id)
            if not found:
                raise NotFound("There is no such API key.")
            await self._end(tx, tenant_id, *found[0])

    async def end_all(self, tx: Transaction, tenant_id: str, person_id: str | None = None) -> None:
        """Revoke the keys of a tenant or a user within a transaction of another service."""
        for key_id, owner in await api_keys.select_ids(tx.session, tenant_id, person_id):
            await self._end(tx, tenant_id, key_id, owner)

    async def clean_up(self, tx: Transaction) -> None:
        """Store last-used dates and delete expired keys."""
        await api_keys.mark_used(tx.session, tx.take(self._last_used))
        for tenant_id, key_id, owner in await api_keys.expired(tx.session, self._clock.now()):
            await self._end(tx, tenant_id, key_id, owner)

    async def _end(self, tx: Transaction, tenant_id: str, key_id: str, owner: str) -> None:
        await api_keys.delete_key(tx.session, tenant_id, key_id)
        tx.publish(ApiKeyEnded(self._clock.new_id(), tenant_id, key_id, owner))
        log.info("api_key_ended", tenant=tenant_id, key=key_id, person=owner)


def _check_scopes(scopes: tuple[str, ...], possible: tuple[str, ...]) -> None:
    for scope in scopes:
        if scope not in permissions.SCOPES:
            raise Invalid(
                Phrase("There is no scope {}.", scope),
                hint=Phrase("Scopes are {}.", ", ".join(permissions.SCOPES)),
                field="scopes",
            )
        if scope not in possible:
            raise Forbidden(
                Phrase("The scope {} exceeds the rights of the user.", scope),
                hint=Phrase("The user can have {}.", ", ".join(possible)),
                field="scopes",
            )
