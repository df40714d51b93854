"""QR sign-in: a code shown by a signed-in browser or on the command line, scanned by the device to sign in.

A code is valid for two minutes and for the first device that presents it. The same device may repeat the request, as
the response may be lost; any other device is refused and the user is notified. Held in memory: lost at a restart.
"""

import hmac
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unificx.core.errors import Conflict, NotFound
from unificx.identity.attempts import Attempts
from unificx.identity.errors import SignInCodeExpired, UsedSignInCode
from unificx.identity.events import SignInCodeTriedAgain, SignInCodeUsed
from unificx.identity.first_factor import FirstFactor
from unificx.identity.policies import token_rotation
from unificx.identity.schemas import SignedIn, SignInCode, SignInCodeState, SignInContext, SignInResult
from unificx.identity.security_notices import SecurityNotices
from unificx.identity.session_closer import SessionCloser
from unificx.identity.session_opener import SessionOpener
from unificx.identity.store import IdentityStore, Transaction

CODE_LIFETIME = timedelta(seconds=120)
RETENTION = timedelta(minutes=10)
"""How long the outcome of a code is remembered after its expiry."""
MAX_CODES, MAX_CODES_PER_USER = 10_000, 5
_CODE_BYTES = 16


@dataclass(slots=True)
class _Code:
    """`secret` is the digest of the device secret of the first device that presented the code."""

    id: str
    tenant_id: str
    person_id: str
    maker_id: str
    expires: datetime
    digest: str = field(repr=False)
    secret: str = field(default="", repr=False)
    session_id: str | None = None
    device_name: str | None = field(default=None, repr=False)
    used: datetime | None = None
    tried_again: bool = False


class _CodeStore:
    """Bounded store of codes, per user and in total."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[str, _Code] = OrderedDict()
        self._by_digest: dict[str, _Code] = {}

    def put(self, code: _Code, now: datetime) -> None:
        expired = [one for one in self._by_id.values() if one.expires + RETENTION <= now]
        of_user = [one for one in self._by_id.values() if one.person_id == code.person_id]
        for evicted in [
            *expired,
            *of_user[: 1 - MAX_CODES_PER_USER],
            *list(self._by_id.values())[: max(0, len(self._by_id) + 1 - MAX_CODES)],
        ]:
            self._by_id.pop(evicted.id, None)
            self._by_digest.pop(evicted.digest, None)
        self._by_id[code.id] = self._by_digest[code.digest] = code

    def by_code(self, code: str) -> _Code | None:
        return self._by_digest.get(token_rotation.digest(code))

    def by_id(self, code_id: str) -> _Code | None:
        return self._by_id.get(code_id)


class QrSignIn:
    """QR sign-in."""

    def __init__(
        self,
        store: IdentityStore,
        attempts: Attempts,
        first_factor: FirstFactor,
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
        self._codes = _CodeStore()

    async def create_code(self, tenant_id: str, person_id: str, maker_id: str) -> SignInCode:
        """Create a code that signs a device in as the user. `maker_id` is its creator, "" for the operator's console.

        Raise NotFound, and Conflict for a suspended user.
        """
        async with self._store.read() as session:
            person = await self._store.person(session, tenant_id, person_id)
        if person.state not in ("active", "invited"):
            raise Conflict("This account is suspended.")
        code = token_rotation.base64url(self._clock.random_bytes(_CODE_BYTES))
        now = self._clock.now()
        made = _Code(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            person_id=person_id,
            maker_id=maker_id,
            expires=now + CODE_LIFETIME,
            digest=token_rotation.digest(code),
        )
        self._codes.put(made, now)
        return SignInCode(made.id, made.expires, code)

    def code_state(self, code_id: str, caller_id: str) -> SignInCodeState:
        """Return the state of a code to its creator or its user. Raise NotFound."""
        code = self._codes.by_id(code_id)
        if code is None or caller_id not in (code.maker_id, code.person_id):
            raise NotFound("Code not found.")
        state = "used" if code.used is not None else "open" if self._clock.now() < code.expires else "expired"
        return SignInCodeState(
            id=code.id,
            state=state,
            tried_again=code.tried_again,
            session_id=code.session_id,
            used=code.used,
            expires=code.expires,
            device_name=code.device_name,
        )

    async def sign_in(self, code: str, device_secret: str, context: SignInContext) -> SignInResult:
        """Sign in the first device that presents the code.

        The second factor, if any, is required unless the user created the code themselves. Raise UsedSignInCode,
        SignInCodeExpired, TooManyRequests.
        """
        self._attempts.check("", context.source)
        found, secret = self._codes.by_code(code), token_rotation.digest(device_secret)
        if found is None:
            raise _expired()
        if found.secret and not hmac.compare_digest(found.secret, secret):
            await self._reject_other_device(found)
            raise UsedSignInCode("This code was already used by another device.", hint="Show a new code.")
        if found.expires <= self._clock.now():
            raise _expired()
        found.secret = secret  # before the first await: exactly one of two concurrent devices wins
        self._attempts.record_success("", context.source)
        async with self._store.transaction() as tx:
            result = await self._complete_sign_in(tx, found, context)
            tx.publish(SignInCodeUsed(self._clock.new_id(), found.tenant_id, found.id, found.person_id, found.maker_id))
        found.used = self._clock.now()
        found.device_name = context.device.name
        found.session_id = result.principal.session_id if isinstance(result, SignedIn) else None
        return result

    async def _complete_sign_in(self, tx: Transaction, code: _Code, context: SignInContext) -> SignInResult:
        account = await self._store.account(tx.session, code.tenant_id, code.person_id)
        if code.session_id is not None:  # the same device again: the response was lost
            await self._closer.end(tx, code.tenant_id, code.person_id, only_session=code.session_id)
        if code.maker_id == code.person_id:
            return await self._opener.open(tx, account, context, stepped_up=False)
        return await self._first_factor.finish(tx, account, context, stepped_up=False)

    async def _reject_other_device(self, code: _Code) -> None:
        if code.tried_again:
            return
        code.tried_again = True
        async with self._store.transaction() as tx:
            tx.publish(
                SignInCodeTriedAgain(self._clock.new_id(), code.tenant_id, code.id, code.person_id, code.maker_id)
            )
        # The name of the other device is not included: an attacker could send text to the user with it.
        self._notices.send(code.tenant_id, code.person_id, "code_tried_again", "")


def _expired() -> SignInCodeExpired:
    return SignInCodeExpired("This code has expired.", hint="Show a new code.")
