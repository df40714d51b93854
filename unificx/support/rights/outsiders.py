"""Requests of people without an account: entry from the public form, and proof of their e-mail address by a code.

A visitor gets the same answer whether or not the organisation exists and whether or not anything is held.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from unificx.cluster import Count, CounterKind, OneTimeKind
from unificx.core.errors import Expired, Invalid, TooManyRequests
from unificx.core.names import is_printable
from unificx.core.rate_limit import SlidingWindow
from unificx.identity import PinThrottle, checked_email, email_key, source_key
from unificx.routing import PublicNumber, normalise
from unificx.support.rights.schemas import NewRequest, OpenKind
from unificx.support.rights.service import RightsRequests

CODE_DIGITS = 8
MAX_ATTEMPTS = 5
"""Attempts for one code; after the last one it is void."""
MAX_NAME = 200
PUBLIC_KINDS: tuple[OpenKind, ...] = get_args(OpenKind)
_CODE = OneTimeKind("request code", 3600.0)
_SENT = CounterKind("requests of outsiders", 50_000)
_PER_SOURCE, _PER_ADDRESS = SlidingWindow(10, 3600.0), SlidingWindow(5, 86_400.0)


class OutsideRequests:
    """Enters and proves requests of outsiders."""

    def __init__(self, requests: RightsRequests) -> None:
        self._requests = requests
        parts = requests.deps
        self._keys, self._directory, self._clock = parts.keys, parts.identity.directory, parts.database.clock
        self._counters, self._codes = parts.counters, parts.one_time
        self._throttle = PinThrottle(parts.counters, "request codes")

    async def submit(self, tenant_id: str, new: NewRequest, address: str) -> str:
        """Enter a request and send a code to its e-mail address; return the request's id. For an unknown tenant
        nothing is stored or sent. `address`: network address of the visitor.

        Raise Invalid that names the field, TooManyRequests."""
        tenant = self._directory.tenant(tenant_id)
        checked = _checked(new, tenant.country if tenant is not None else "")
        await self._limit(address, checked.email)
        if tenant is None or not tenant.active:
            return self._clock.new_id()
        request = await self._requests.enter_public(tenant_id, checked)
        code = f"{int.from_bytes(self._clock.random_bytes(16)) % 10**CODE_DIGITS:0{CODE_DIGITS}}"
        value = {"tenant": tenant_id, "code": self._digest(request.id, code), "attempts": 0}
        await self._codes.put(_CODE, request.id, json.dumps(value).encode())
        await self._requests.notifier.send(request, "request_code", code)
        return request.id

    async def prove(self, request_id: str, code: str, address: str) -> None:
        """Prove the e-mail address of a request by its code, once. A request about a telephone number waits for the
        call of an administrator.

        Raise Expired for a wrong, used or unknown code alike, TooManyRequests."""
        delay = max(
            await self._throttle.attempt(f"source {source_key(address)}"),
            await self._throttle.attempt(f"request {request_id}"),
        )
        if delay:
            raise TooManyRequests("Too many attempts.", retry_after=delay)
        stored = await self._codes.take(_CODE, request_id)
        value = json.loads(stored) if stored is not None else {"code": "", "attempts": 0}
        if not hmac.compare_digest(value["code"], self._digest(request_id, code.strip())):
            if stored is not None and value["attempts"] + 1 < MAX_ATTEMPTS:
                again = {**value, "attempts": value["attempts"] + 1}
                await self._codes.claim(_CODE, request_id, json.dumps(again).encode())
            raise Expired("The code is wrong or no longer valid.")
        await self._requests.prove_email(value["tenant"], request_id)
        await self._throttle.record_success(f"source {source_key(address)}")

    def _digest(self, request_id: str, code: str) -> str:
        return hashlib.sha256(f"{request_id} {code}".encode()).hexdigest()

    async def _limit(self, address: str, email: str) -> None:
        def count(before: Sequence[Count], now: float) -> tuple[Sequence[Count], bool]:
            source, source_allowed = _PER_SOURCE.add(before[0], now)
            recipient, recipient_allowed = _PER_ADDRESS.add(before[1], now)
            return ([source, recipient], True) if source_allowed and recipient_allowed else (before, False)

        keys = [f"source {source_key(address)}", f"address {email_key(email)}"]
        if not await self._counters.update(_SENT, keys, count):
            raise TooManyRequests("Too many requests.", retry_after=3600.0)


def _checked(new: NewRequest, country: str) -> NewRequest:
    """Return the request with a number in E.164. Raise Invalid."""
    if new.kind not in PUBLIC_KINDS:
        raise Invalid("Choose a kind.", field="kind")
    name = " ".join(new.name.split())
    if len(name) > MAX_NAME or not is_printable(name):
        raise Invalid("This name cannot be used.", field="name")
    number = normalise(new.number.strip(), country) if new.number.strip() else None
    if new.number.strip() and not isinstance(number, PublicNumber):
        raise Invalid("This is not a telephone number.", field="number")
    e164 = number.e164 if isinstance(number, PublicNumber) else ""
    return replace(new, name=name, email=email_key(checked_email(new.email)), number=e164)
