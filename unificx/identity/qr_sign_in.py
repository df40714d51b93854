"""QR sign-in: a code shown by a signed-in browser or on the command line, scanned by the device to sign in.

A code is valid for two minutes and for the first device that presents it. The same device may repeat the request, as
the response may be lost; any other device is refused and the user is notified. Held in memory: lost at a restart.
"""

import hmac
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unificx.core.errors import Conflict, NotFound
from unificx.identity.errors import SignInCodeExpired, UsedSignInCode
from unificx.identity.events import SignInCodeTriedAgain, SignInCodeUsed
from unificx.identity.policies import token_rotation
from unificx.identity.schemas import Admission, Arrival, SignedIn, SignInCode, SignInCodeState
from unificx.identity.service_base import Change, Tools
from unificx.identity.sign_in import Entrance

CODE_LIFETIME = timedelta(seconds=120)
REMEMBERED = timedelta(minutes=10)
"""How long the outcome of a code is remembered after its expiry."""
MOST, MOST_OF_ONE = 10_000, 5
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


class _Book:
    """Bounded store of codes, per user and in total."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[str, _Code] = OrderedDict()
        self._by_digest: dict[str, _Code] = {}

    def put(self, code: _Code, now: datetime) -> None:
        old = [one for one in self._by_id.values() if one.expires + REMEMBERED <= now]
        theirs = [one for one in self._by_id.values() if one.person_id == code.person_id]
        for gone in [
            *old,
            *theirs[: 1 - MOST_OF_ONE],
            *list(self._by_id.values())[: max(0, len(self._by_id) + 1 - MOST)],
        ]:
            self._by_id.pop(gone.id, None)
            self._by_digest.pop(gone.digest, None)
        self._by_id[code.id] = self._by_digest[code.digest] = code

    def by_code(self, code: str) -> _Code | None:
        return self._by_digest.get(token_rotation.digest(code))

    def by_id(self, code_id: str) -> _Code | None:
        return self._by_id.get(code_id)


class Codes(Entrance):
    """QR sign-in."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._codes = _Book()

    async def create_sign_in_code(self, tenant_id: str, person_id: str, maker_id: str) -> SignInCode:
        """Create a code that signs a device in as the user. `maker_id` is its creator, "" for the operator's console.

        Raise NotFound, and Conflict for a suspended user.
        """
        person = await self.person(tenant_id, person_id)
        if person.state not in ("active", "invited"):
            raise Conflict("This account is suspended.")
        code = token_rotation.encoded(self._clock.random_bytes(_CODE_BYTES))
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

    def sign_in_code(self, code_id: str, asker_id: str) -> SignInCodeState:
        """Return the state of a code to its creator or its user. Raise NotFound."""
        code = self._codes.by_id(code_id)
        if code is None or asker_id not in (code.maker_id, code.person_id):
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

    async def sign_in_by_code(self, code: str, device_secret: str, arrival: Arrival) -> Admission:
        """Sign in the first device that presents the code.

        The second factor, if any, is required unless the user created the code themselves. Raise UsedSignInCode,
        SignInCodeExpired, TooManyRequests.
        """
        self._slow_down("", arrival.source)
        found, secret = self._codes.by_code(code), token_rotation.digest(device_secret)
        if found is None:
            raise _expired()
        if found.secret and not hmac.compare_digest(found.secret, secret):
            await self._another_device(found)
            raise UsedSignInCode("This code was already used by another device.", hint="Show a new code.")
        if found.expires <= self._clock.now():
            raise _expired()
        found.secret = secret  # before the first await: exactly one of two concurrent devices wins
        self._guesses.succeeded("", arrival.source.address, self._clock.monotonic())
        async with self._changing() as change:
            outcome = await self._come_in(change, found, arrival)
            change.publish(
                SignInCodeUsed(self._clock.new_id(), found.tenant_id, found.id, found.person_id, found.maker_id)
            )
        found.used = self._clock.now()
        found.device_name = arrival.device.name
        found.session_id = outcome.principal.session_id if isinstance(outcome, SignedIn) else None
        return outcome

    async def _come_in(self, change: Change, code: _Code, arrival: Arrival) -> Admission:
        account = await self._account(change, code.tenant_id, code.person_id)
        if code.session_id is not None:  # the same device again: the response was lost
            await self._end_sessions(change, code.tenant_id, code.person_id, only=code.session_id)
        if code.maker_id == code.person_id:
            return await self._open(change, account, arrival, proved=False)
        return await self._admit(change, account, arrival, proved=False)

    async def _another_device(self, code: _Code) -> None:
        if code.tried_again:
            return
        code.tried_again = True
        async with self._changing() as change:
            change.publish(
                SignInCodeTriedAgain(self._clock.new_id(), code.tenant_id, code.id, code.person_id, code.maker_id)
            )
        # The name of the other device is not included: an attacker could send text to the user with it.
        self._later(self._tell(code.tenant_id, code.person_id, "code_tried_again", ""))


def _expired() -> SignInCodeExpired:
    return SignInCodeExpired("This code has expired.", hint="Show a new code.")
