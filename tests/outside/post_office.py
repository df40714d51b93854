"""A mail server in its own thread, for tests that follow the links of e-mails."""

import asyncio
import re
import threading
from email.message import EmailMessage
from pathlib import Path

from server import eventually
from smtp_server import FakeSmtpServer, mail_server, text_of


class PostOffice:
    """A mail server in its own thread. `url` is the value of UNIFICX_SMTP."""

    def __init__(self, folder: Path) -> None:
        self.box, self._folder = FakeSmtpServer(), folder
        self._open, self._closed = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._open.wait(10)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with mail_server(self._folder, tls="none", auth=False) as self.box:
            self._open.set()
            await self._closed.wait()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.box.port}?from=pbx@example.com"

    def emails(self, to: str) -> list[EmailMessage]:
        """The e-mails to an address, in the order in which they arrived."""
        return [each.message for each in self.box.received if to in each.recipients]

    def link(self, to: str) -> str:
        """The link in the newest e-mail to an address."""

        def look() -> str | None:
            found = [re.findall(r"http\S+/(?:app/#|sign-up/)\S+", text_of(each, "plain")) for each in self.emails(to)]
            return next((links[0] for links in reversed(found) if links), None)  # not all contain one

        return str(eventually(look, what=f"an e-mail to {to}"))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._closed.set)
        self._thread.join()
