"""MESSAGE requests (RFC 3428) to registered devices."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from math import inf

from unificx.calls import AssertedIdentity
from unificx.cluster import Location
from unificx.core.clock import Clock
from unificx.identity import DeviceAuth, DirectoryCache
from unificx.registrar import Binding
from unificx.sip.dialog import Dialog
from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import STREAMS
from unificx.sip.page_mode import parts_of
from unificx.sip.transactions.events import ClientKey, Event, RequestFailed, ResponseReceived

NOT_REGISTERED, NO_ANSWER = 480, 408


@dataclass(frozen=True, slots=True)
class SentText:
    """A text for a device. `id` and `attempt` become Call-ID and CSeq."""

    id: str
    attempt: int
    sent: datetime
    author: AssertedIdentity = field(repr=False)
    text: str = field(repr=False)


def takes_texts(binding: Binding) -> bool:
    """Return whether texts are sent to a binding: its phone lists MESSAGE. Our own client has live events instead."""
    return binding.takes_texts and not binding.flow.is_websocket


class TextSender:
    """Sends texts and returns the status of the response. Implements `RequestSource`."""

    def __init__(
        self, endpoint: Endpoint, directory: DirectoryCache, location: Location[Binding], clock: Clock
    ) -> None:
        self._endpoint, self._directory, self._location, self._clock = endpoint, directory, location, clock
        # Owner: the node that has sent the requests.
        self._waiting: dict[ClientKey, asyncio.Future[int]] = {}

    async def send(self, device: DeviceAuth, text: SentText) -> int:
        """Send a text, in parts if the device is registered over UDP; return the first status that is not 2xx, or that
        of the last part. NOT_REGISTERED or NO_ANSWER without a response."""
        status = NOT_REGISTERED
        bindings = self._location.contacts(device.extension_id, self._clock.monotonic())
        binding = next((each for each in bindings if each.device_id == device.device_id and takes_texts(each)), None)
        if binding is None or not device.enabled:
            return status
        parts = [text.text] if binding.flow.transport in STREAMS else parts_of(text.text)
        for number, part in enumerate(parts):
            status = await self._send_part(device, binding, text, number, part)
            if not 200 <= status < 300:
                break
        return status

    async def _send_part(self, device: DeviceAuth, binding: Binding, text: SentText, number: int, part: str) -> int:
        extension = self._directory.extension_by_id(device.extension_id)
        to = f"<sip:{extension.number if extension else ''}@{self._directory.domain(device.tenant_id)}>"
        tag, author = self._endpoint.new_tag(), text.author.address
        call_id, target, route_set = f"{text.id}-{number}", binding.contact, binding.path
        dialog = Dialog.initiate(call_id, tag, author, to, target=target, flow=binding.flow, route_set=route_set)
        headers: Sequence[tuple[str, str]] = (
            ("P-Asserted-Identity", author),
            ("Date", format_datetime(text.sent, usegmt=True)),
            ("Content-Type", "text/plain;charset=UTF-8"),
        )
        _, request = replace(dialog, local_seq=text.attempt).request("MESSAGE", headers, part.encode())
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        key = self._endpoint.request(request, binding.flow, self._clock.monotonic())
        self._waiting[key] = answered
        try:
            return await answered
        finally:
            self._waiting.pop(key, None)

    # ---- RequestSource

    def event(self, event: Event, now: float) -> bool:
        del now
        if not isinstance(event, ResponseReceived | RequestFailed) or event.key not in self._waiting:
            return False
        status = event.response.status if isinstance(event, ResponseReceived) else NO_ANSWER
        answered = self._waiting[event.key]
        if status >= 200 and not answered.done():
            answered.set_result(status)
        return True

    def deadline(self) -> float:
        return inf

    def timer(self, now: float) -> None: ...
