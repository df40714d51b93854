"""Local IMAP server (pymap) with one mailbox, to which e-mails are appended as a mail server would."""

import asyncio
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import imap_tools
from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer, IMAPService

from unificx.core.clock import SystemClock
from unificx.integrations.local_ca import ensure_certificates

USER, PASSWORD = "desk", "p@ss:word"


@dataclass
class FakeMailbox:
    """A mailbox at a port of this machine."""

    port: int

    @property
    def url(self) -> str:
        """The setting for this mailbox."""
        options = "address=support@acme.example&organisation=acme"
        return f"imap://{USER}:p%40ss%3Aword@localhost:{self.port}/INBOX?{options}"

    async def deliver(self, raw: bytes) -> None:
        """Add an e-mail."""

        def append() -> None:
            with imap_tools.MailBoxUnencrypted("localhost", self.port).login(USER, PASSWORD) as box:
                box.append(raw)

        await asyncio.to_thread(append)


@asynccontextmanager
async def imap_server(folder: Path) -> AsyncIterator[FakeMailbox]:
    """Yield the mailbox of a server that offers STARTTLS. The CA is `folder / "ca.pem"`."""
    files, parser = ensure_certificates(folder, ["localhost"], SystemClock()), ArgumentParser()
    IMAPService.add_arguments(parser)
    DictBackend.add_subparser("dict", parser.add_subparsers(dest="backend"))
    given = ["--cert", str(files.certificate), "--key", str(files.key), "dict"]
    given += ["--demo-user", USER, "--demo-password", PASSWORD]
    arguments = parser.parse_args(given, None)
    arguments.debug, arguments.passlib_cfg = False, None
    backend, config = await DictBackend.init(arguments)
    config.apply_context()
    converse = IMAPServer(backend.login, config)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Converse within the task of the connection. One of its own, as pymap makes it, can be collected meanwhile."""
        await converse(reader, writer, SocketInfoLocal(writer, unique_id=uuid4().bytes))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield FakeMailbox(server.sockets[0].getsockname()[1])
    finally:
        server.close()
