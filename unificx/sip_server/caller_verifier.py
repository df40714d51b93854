"""Checks the signed caller ids of calls from carriers before they begin (STIR/SHAKEN)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from cryptography import x509

from unificx.calls import CarrierCall
from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.integrations.caller_certificates import CallerCertificates
from unificx.sip.message import Request
from unificx.sip.passport import (
    BAD_IDENTITY_INFO,
    INVALID_IDENTITY_HEADER,
    BadIdentity,
    DivertedPassport,
    Passport,
    SignedPassport,
    read_identity,
)
from unificx.sip.transactions.events import RequestReceived, ServerKey
from unificx.trunks import IdentityCheck, Trunk, certified_signer, checked_identity

MAX_WAITING = 200
"""Calls that wait for a certificate at a time."""
MAX_HEADERS, MAX_DIVERSIONS = 8, 3
"""Identity headers that are read, and statements about diversions that are verified."""


class CallerVerifier:
    """Verifies against `roots`, the trusted authorities. `begin` starts a call, at once or after its certificate was
    fetched; `on_begun` is called after the latter."""

    def __init__(
        self,
        certificates: CallerCertificates,
        roots: Sequence[x509.Certificate],
        clock: Clock,
        begin: Callable[[RequestReceived, CarrierCall, float], None],
        on_begun: Callable[[], None] = lambda: None,
    ) -> None:
        self._certificates, self._roots, self._clock = certificates, roots, clock
        self._begin, self._on_begun = begin, on_begun
        self._tasks = BackgroundTasks(Access("telephony", "verification of callers"))
        # Owner: the node that received the INVITEs.
        self._waiting: dict[ServerKey, RequestReceived] = {}

    def receive(self, event: RequestReceived, trunks: Sequence[Trunk], now: float) -> None:
        """Begin a call of one of these trunks; without a signature, or for trunks that do not verify, at once."""
        if all(one.options.verification == "off" for one in trunks):
            self._begin(event, CarrierCall(trunks), now)
            return
        values = event.request.all("identity")
        if not values:
            self._begin(event, CarrierCall(trunks, is_checked=True), now)
            return
        try:
            signed = _statements(values)
        except BadIdentity as fault:
            self._begin(event, CarrierCall(trunks, IdentityCheck(status=fault.status), is_checked=True), now)
            return
        certificates = {each.certificate_url: self._certificates.cached(each.certificate_url) for each in signed}
        if None in certificates.values() and len(self._waiting) < MAX_WAITING:
            self._waiting[event.key] = event
            self._tasks.spawn(self._fetch(event.key, signed, trunks))
        else:
            known = {url: pem or b"" for url, pem in certificates.items()}
            self._begin(event, CarrierCall(trunks, self._checked(signed, known), is_checked=True), now)

    def cancelled(self, key: ServerKey) -> Request | None:
        """Give up a call that waits, and return its INVITE; None for any other."""
        event = self._waiting.pop(key, None)
        return event.request if event is not None else None

    async def join(self) -> None:
        """Wait until no call waits."""
        await self._tasks.join()

    async def _fetch(self, key: ServerKey, signed: Sequence[SignedPassport], trunks: Sequence[Trunk]) -> None:
        urls = {each.certificate_url for each in signed}
        certificates = dict(zip(urls, await asyncio.gather(*map(self._certificates.get, urls)), strict=True))
        event = self._waiting.pop(key, None)
        if event is not None:
            call = CarrierCall(trunks, self._checked(signed, certificates), is_checked=True)
            self._begin(event, call, self._clock.monotonic())
            self._on_begun()

    def _checked(self, signed: Sequence[SignedPassport], certificates: Mapping[str, bytes]) -> IdentityCheck:
        """Check all statements; an invalid one about a diversion counts as absent."""
        found: list[Passport | DivertedPassport] = []
        for each in signed:
            try:
                found.append(self._verified(each, certificates[each.certificate_url]))
            except BadIdentity as fault:
                if isinstance(each.passport, Passport):
                    return IdentityCheck(status=fault.status)
        passport = next(each for each in found if isinstance(each, Passport))
        return IdentityCheck(passport, diversions=tuple([each for each in found if isinstance(each, DivertedPassport)]))

    def _verified(self, signed: SignedPassport, pem: bytes) -> Passport | DivertedPassport:
        if not pem:
            raise BadIdentity(BAD_IDENTITY_INFO)
        now = self._clock.now()
        return checked_identity(signed, certified_signer(pem, self._roots, now), now)


def _statements(values: Sequence[str]) -> tuple[SignedPassport, ...]:
    """Return the first usable statement about the caller, then those about diversions. Raises BadIdentity."""
    fault = BadIdentity(INVALID_IDENTITY_HEADER)
    found: list[SignedPassport] = []
    for value in values[:MAX_HEADERS]:
        try:
            found.append(read_identity(value))
        except BadIdentity as error:
            fault = error
    callers = [each for each in found if isinstance(each.passport, Passport)]
    if not callers:
        raise fault
    return (callers[0], *[each for each in found if isinstance(each.passport, DivertedPassport)][:MAX_DIVERSIONS])
