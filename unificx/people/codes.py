"""Sign-in codes: a picture on a screen where somebody is in already, scanned by the device that is to come in.

A code lives for two minutes and belongs to the first device that comes with it: the same device may come again, for an
answer gets lost; any other is refused, and the code's owner is told. Kept in memory: a restart voids what was open.
"""

import hmac
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unificx.kernel.errors import Conflict, NotFound
from unificx.people.contracts import Admission, Arrival, SignedIn, SignInCode, SignInCodeState
from unificx.people.entrance import Entrance
from unificx.people.facts import SignInCodeTriedAgain, SignInCodeUsed
from unificx.people.refusals import SignInCodeExpired, UsedSignInCode
from unificx.people.room import Change, Tools
from unificx.people.rules import rotation

CODE_LIFETIME = timedelta(seconds=120)
REMEMBERED = timedelta(minutes=10)
"""How long after its end it is still known what became of a code."""
MOST, MOST_OF_ONE = 10_000, 5
_CODE_BYTES = 16


@dataclass(slots=True)
class _Code:
    """`secret` is the digest of what the device that came with the code knows."""

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
    """The codes there are: few for each person, and in all."""

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
        return self._by_digest.get(rotation.digest(code))

    def by_id(self, code_id: str) -> _Code | None:
        return self._by_id.get(code_id)


class Codes(Entrance):
    """Signing in by a picture."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._codes = _Book()

    async def create_sign_in_code(self, tenant_id: str, person_id: str, maker_id: str) -> SignInCode:
        """A code that signs a device in as the person. `maker_id`: who has it shown, "" for the operator's machine.

        Raises NotFound, and Conflict for somebody who is suspended.
        """
        person = await self.person(tenant_id, person_id)
        if person.state not in ("active", "invited"):
            raise Conflict("This account is suspended.")
        code = rotation.encoded(self._clock.random_bytes(_CODE_BYTES))
        now = self._clock.now()
        made = _Code(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            person_id=person_id,
            maker_id=maker_id,
            expires=now + CODE_LIFETIME,
            digest=rotation.digest(code),
        )
        self._codes.put(made, now)
        return SignInCode(made.id, made.expires, code)

    def sign_in_code(self, code_id: str, asker_id: str) -> SignInCodeState:
        """What became of a code, for whoever had it made and whom it signs in. Raises NotFound."""
        code = self._codes.by_id(code_id)
        if code is None or asker_id not in (code.maker_id, code.person_id):
            raise NotFound("There is no such code.")
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
        """A session for the device that came with the code first. Raises UsedSignInCode, SignInCodeExpired, TooMany.

        Somebody who set up a second factor is asked for it, unless they had the code shown themselves.
        """
        self._slow_down("", arrival.source)
        found, secret = self._codes.by_code(code), rotation.digest(device_secret)
        if found is None:
            raise _expired()
        if found.secret and not hmac.compare_digest(found.secret, secret):
            await self._another_device(found)
            raise UsedSignInCode("Another device was signed in with this code.", hint="Have a new code shown.")
        if found.expires <= self._clock.now():
            raise _expired()
        found.secret = secret  # before anything is waited for: of two devices at once one is first
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
        if code.session_id is not None:  # the same device once more: the answer was lost
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
        # What the other device calls itself is not passed on: a stranger would be writing to the owner.
        self._later(self._tell(code.tenant_id, code.person_id, "code_tried_again", ""))


def _expired() -> SignInCodeExpired:
    return SignInCodeExpired("This code has expired.", hint="Have a new code shown.")
