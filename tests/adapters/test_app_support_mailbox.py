"""A mailbox whose server sends endless answers ends after limited bytes and time."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

import pytest

from unificx.integrations import imap
from unificx.support.mail_in import MailboxUnreachable, Position

SIGNED_IN = {b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n", b"STATUS": b"* STATUS INBOX (UIDVALIDITY 1 UIDNEXT 3)\r\n"}
FOUND = {b"SEARCH": b"* SEARCH 2\r\n", b"(RFC822.SIZE)": b"* 1 FETCH (UID 2 RFC822.SIZE 10)\r\n"}


@asynccontextmanager
async def server(answers: dict[bytes, bytes], rest: Iterable[bytes] = ()) -> AsyncIterator[imap.ImapMailbox]:
    """Yield a mailbox. The server gives the first answer whose word is in the command; instead of the tagged line after
    one that is not finished, it sends the rest with pauses."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        with suppress(OSError):
            while line := await reader.readline():
                answer = next((text for word, text in answers.items() if word in line), b"")
                writer.write(answer)
                if not answer or answer.endswith(b"\r\n"):
                    writer.write(line.split()[0] + b" OK done\r\n")
                for piece in rest if answer and not answer.endswith(b"\r\n") else ():
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.01)
        writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    url = f"imap://desk:secret@127.0.0.1:{port}/INBOX?address=support@acme.example&organisation=acme"
    async with listening:
        yield imap.ImapMailbox(imap.parse_mailbox_url(url, "MAILBOX"))


async def test_an_email_larger_than_announced_is_not_read() -> None:
    answers = {**SIGNED_IN, **FOUND, b"BODY.PEEK": b"* 1 FETCH (UID 2 BODY[]<0> {2147483648}\r\n0123456789"}
    async with server(answers) as mailbox:
        with pytest.raises(MailboxUnreachable, match="otherwise than expected"):
            await mailbox.fetch(Position(1, 1))


async def test_lines_without_end_are_not_collected() -> None:
    async with server(
        {**SIGNED_IN, b"SEARCH": b"* OK " + b"a" * 1000}, [b"a\r\n* OK " + b"a" * 60_000] * 200
    ) as mailbox:
        with pytest.raises(MailboxUnreachable, match="otherwise than expected"):
            await mailbox.fetch(Position(1, 1))


async def test_an_answer_byte_by_byte_ends_with_the_time_of_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes within the time-out of a command."""
    monkeypatch.setattr(imap, "LONGEST_SESSION", 0.5)
    async with server({b"CAPABILITY": b"* OK "}, [b"a"] * 1_000) as mailbox:
        with pytest.raises(MailboxUnreachable, match="otherwise than expected"):
            await mailbox.fetch(Position(1, 1))
