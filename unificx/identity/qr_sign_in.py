"""QR sign-in: a code shown by a signed-in browser or on the command line, scanned by the device to sign in.

A code is valid for two minutes and for the first device that presents it. The same device may repeat the request, as
the response may be lost; any other device is refused and the user is notified.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from unificx.cluster import OneTimeKind, OneTimeStore
from unificx.core.errors import Conflict, NotFound
from unificx.identity.attempts import Attempts
from unificx.identity.errors import SignInCodeExpired, UsedSignInCode
from unificx.identity.events import SignInCodeTriedAgain, SignInCodeUsed
from unificx.identity.first_factor import FirstFactor
from unificx.identity.policies import token_rotation
from unificx.identity.schemas import CONSOLE, SignedIn, SignInCode, SignInCodeState, SignInContext, SignInResult
from unificx.identity.security_notices import SecurityNotices
from unificx.identity.session_closer import SessionCloser
from unificx.identity.session_opener import SessionOpener
from unificx.identity.store import IdentityStore, Transaction

CODE_LIFETIME = timedelta(seconds=120)
RETENTION = timedelta(minutes=10)
"""How long the outcome of a code is remembered after its expiry."""
MAX_CODES, MAX_CODES_PER_USER = 10_000, 5
_CODE_BYTES = 16
_REMEMBERED = (CODE_LIFETIME + RETENTION).total_seconds()
CODES = OneTimeKind("QR code", _REMEMBERED, capacity=MAX_CODES, per_group=MAX_CODES_PER_USER)
"""Codes by id."""
_IDS = OneTimeKind("QR code id", _REMEMBERED, capacity=MAX_CODES)
"""Ids by digest of the code."""
_HOLDERS = OneTimeKind("QR code holder", _REMEMBERED, capacity=10 * MAX_CODES)
"""Digest of the secret of the first device that presented the code, by id. Kept longer than replaced codes."""
_OUTCOMES = OneTimeKind("QR code outcome", _REMEMBERED, capacity=MAX_CODES)
_TRIED_AGAIN = OneTimeKind("QR code tried again", _REMEMBERED, capacity=MAX_CODES)


@dataclass(frozen=True, slots=True)
class _Code:
    id: str
    tenant_id: str
    person_id: str
    maker_id: str
    expires: datetime
    by: str = ""
    """With a code that a session makes for its own user, who made that session."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The sign-in of the device; `session_id` is None if it waits for the second factor."""

    used: datetime
    session_id: str | None
    device_name: str | None = field(repr=False)


_CODE_FORMAT, _OUTCOME_FORMAT = TypeAdapter(_Code), TypeAdapter(_Outcome)


class _CodeStore:
    """Codes and what became of them, in the one-time store."""

    def __init__(self, store: OneTimeStore) -> None:
        self._store = store

    async def put(self, code: _Code, digest: str) -> None:
        await self._store.put(CODES, code.id, _CODE_FORMAT.dump_json(code), group=code.person_id)
        await self._store.put(_IDS, digest, code.id.encode())

    async def by_code(self, code: str) -> _Code | None:
        code_id = await self._store.get(_IDS, token_rotation.digest(code))
        return await self.by_id(code_id.decode()) if code_id is not None else None

    async def by_id(self, code_id: str) -> _Code | None:
        found = await self._store.get(CODES, code_id)
        return _CODE_FORMAT.validate_json(found) if found is not None else None

    async def holder(self, code: _Code) -> str | None:
        """Return the device that has presented the code."""
        found = await self._store.get(_HOLDERS, code.id)
        return found.decode() if found is not None else None

    async def claim(self, code: _Code, device: str) -> str:
        """Make `device` the holder unless there is one. Return the holder."""
        found = await self._store.claim(_HOLDERS, code.id, device.encode())
        return found.decode() if found is not None else device

    async def outcome(self, code: _Code) -> _Outcome | None:
        found = await self._store.get(_OUTCOMES, code.id)
        return _OUTCOME_FORMAT.validate_json(found) if found is not None else None

    async def set_outcome(self, code: _Code, outcome: _Outcome) -> None:
        await self._store.put(_OUTCOMES, code.id, _OUTCOME_FORMAT.dump_json(outcome))

    async def was_tried_again(self, code: _Code) -> bool:
        return await self._store.get(_TRIED_AGAIN, code.id) is not None

    async def mark_tried_again(self, code: _Code) -> bool:
        """Return whether this is the first time."""
        return await self._store.claim(_TRIED_AGAIN, code.id, b"again") is None


class QrSignIn:
    """QR sign-in."""

    def __init__(
        self,
        store: IdentityStore,
        attempts: Attempts,
        first_factor: FirstFactor,
        one_time: OneTimeStore,
        *,
        opener: SessionOpener,
        closer: SessionCloser,
        notices: SecurityNotices,
    ) -> None:
        self._store = store
        self._clock = store.clock
        self._attempts = attempts
        self._first_factor = first_factor
        self._opener = opener
        self._closer = closer
        self._notices = notices
        self._codes = _CodeStore(one_time)

    async def create_code(self, tenant_id: str, person_id: str, maker_id: str, by: str = "") -> SignInCode:
        """Create a code that signs a device in as the user. `maker_id` is its creator, "" for the operator's console;
        `by` is the `Principal.by` of the creator.

        Raise NotFound, and Conflict for a suspended user.
        """
        async with self._store.read() as session:
            person = await self._store.person(session, tenant_id, person_id)
        if person.state not in ("active", "invited"):
            raise Conflict("This account is suspended.")
        code = token_rotation.base64url(self._clock.random_bytes(_CODE_BYTES))
        made = _Code(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            person_id=person_id,
            maker_id=maker_id,
            expires=self._clock.now() + CODE_LIFETIME,
            by=by,
        )
        await self._codes.put(made, token_rotation.digest(code))
        return SignInCode(made.id, made.expires, code)

    async def code_state(self, code_id: str, caller_id: str) -> SignInCodeState:
        """Return the state of a code to its creator or its user. Raise NotFound."""
        code = await self._codes.by_id(code_id)
        if code is None or caller_id not in (code.maker_id, code.person_id):
            raise NotFound("Code not found.")
        outcome = await self._codes.outcome(code)
        return SignInCodeState(
            id=code.id,
            state="used" if outcome is not None else "open" if self._clock.now() < code.expires else "expired",
            tried_again=await self._codes.was_tried_again(code),
            session_id=outcome.session_id if outcome is not None else None,
            used=outcome.used if outcome is not None else None,
            expires=code.expires,
            device_name=outcome.device_name if outcome is not None else None,
        )

    async def sign_in(self, code: str, device_secret: str, context: SignInContext) -> SignInResult:
        """Sign in the first device that presents the code.

        The second factor, if any, is required unless the user created the code themselves. Raise UsedSignInCode,
        SignInCodeExpired, TooManyRequests.
        """
        attempt = await self._attempts.check("", context.source)
        device = token_rotation.digest(device_secret)
        found = await self._codes.by_code(code)
        if found is None:
            raise _expired()
        expired = found.expires <= self._clock.now()
        holder = await (self._codes.holder(found) if expired else self._codes.claim(found, device))
        if holder is not None and not hmac.compare_digest(holder, device):
            await self._reject_other_device(found)
            raise UsedSignInCode("This code was already used by another device.", hint="Show a new code.")
        if expired:
            raise _expired()
        await self._attempts.record_success(attempt)
        async with self._store.transaction() as tx:
            result = await self._complete_sign_in(tx, found, context)
            tx.publish(SignInCodeUsed(self._clock.new_id(), found.tenant_id, found.id, found.person_id, found.maker_id))
        session_id = result.principal.session_id if isinstance(result, SignedIn) else None
        await self._codes.set_outcome(found, _Outcome(self._clock.now(), session_id, context.device.name))
        return result

    async def _complete_sign_in(self, tx: Transaction, code: _Code, context: SignInContext) -> SignInResult:
        account = await self._store.account(tx.session, code.tenant_id, code.person_id)
        before = await self._codes.outcome(code)
        if before is not None and before.session_id is not None:  # the same device again: the response was lost
            await self._closer.end(tx, code.tenant_id, code.person_id, only_session=before.session_id)
        if code.maker_id == code.person_id:
            return await self._opener.open(tx, account, context, stepped_up=False, by=code.by)
        by = code.maker_id or CONSOLE
        return await self._first_factor.finish(tx, account, context, stepped_up=False, by=by)

    async def _reject_other_device(self, code: _Code) -> None:
        if not await self._codes.mark_tried_again(code):
            return
        async with self._store.transaction() as tx:
            tx.publish(
                SignInCodeTriedAgain(self._clock.new_id(), code.tenant_id, code.id, code.person_id, code.maker_id)
            )
        # The name of the other device is not included: an attacker could send text to the user with it.
        self._notices.send(code.tenant_id, code.person_id, "code_tried_again", "")


def _expired() -> SignInCodeExpired:
    return SignInCodeExpired("This code has expired.", hint="Show a new code.")
