"""Third-party services on this machine: an SMTP server and a push service, in a separate thread."""

import asyncio
import threading
from pathlib import Path

from push_service import PushService, push_service
from server import Server
from smtp_server import FakeSmtpServer, mail_server


class ThirdPartyServices:
    """The two services."""

    def __init__(self) -> None:
        self.box, self.service = FakeSmtpServer(), PushService()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, folder: Path) -> None:
        asyncio.run(self._serve(folder))

    async def _serve(self, folder: Path) -> None:
        self._loop = asyncio.get_running_loop()
        async with mail_server(folder) as self.box, push_service() as self.service:
            self._ready.set()
            await self._stop.wait()

    def wait(self) -> None:
        assert self._ready.wait(10)

    def stop(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._stop.set)


def server_with_services(outside: ThirdPartyServices, folder: Path) -> Server:
    """A server configured with both services."""
    url = f"smtp://pbx:p%40ss%3Aword@localhost:{outside.box.port}?from=pbx@example.com&tls=required"
    settings = {
        "UNIFICX_SMTP": url,
        "UNIFICX_PUSH_LOOPBACK": "1",
        "UNIFICX_PUBLIC_URL": "https://pbx.example.com",
        "SSL_CERT_FILE": str(folder / "mail" / "ca.pem"),
    }
    server = Server(folder / "home", settings=settings)
    server.canaries |= {"p@ss:word", "ada@example.com", "Adalbert Quexample"}
    return server
