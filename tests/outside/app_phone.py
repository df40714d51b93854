"""A phone for calls that end in the system: speaks what it is told to, presses keys, and knows what it heard when."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server import Login, Server

from unificx.console.softphone import Account, SoftPhone
from unificx.kernel.clock import SystemClock
from unificx.media import tones
from unificx.sip.flow import Flow

SECOND = 8000


class AppPhone(SoftPhone):
    """Says a tone of `hertz` while it is not 0."""

    def press(self, keys: str) -> None:
        """Press keys, told by INFO."""
        assert self.leg is not None
        for key in keys:
            self.leg.info(
                "application/dtmf-relay", f"Signal={key}\r\nDuration=160\r\n".encode(), self._clock.monotonic()
            )
        self._flush()

    def say(self, hertz: float) -> None:
        self.sound._tone = hertz

    def level(self, hertz: float, seconds: float = 0.5) -> float:
        """How loud a tone was in the last seconds that were heard; half the amplitude counts as clear."""
        return tones.level(self.sound.heard[-round(seconds * SECOND) :], hertz)

    async def hears(self, hertz: float, *, least: float = 1500, within: float = 10, seconds: float = 0.3) -> None:
        """Wait until it hears the tone."""
        async with asyncio.timeout(within):
            while self.level(hertz, seconds) < least:
                await asyncio.sleep(0.05)


@asynccontextmanager
async def app_phone(server: Server, login: Login, hertz: float = 0) -> AsyncIterator[AppPhone]:
    """A registered phone."""
    host, port = server.address("udp")
    account = Account(login.username, login.password, login.domain, login.number, Flow("udp", host, port))
    phone = AppPhone(account, hertz, SystemClock(), lambda words, out: None)
    await phone.start(server.host)
    try:
        yield phone
    finally:
        phone.hang_up()
        await phone.stop()
