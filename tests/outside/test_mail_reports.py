"""Reports of other mail servers in the mailbox of a real IMAP server: failed deliveries (DSN) and complaints (ARF)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email.message import Message
from pathlib import Path

import pytest
from dovecot import Dovecot, dovecot, needs_dovecot
from free_ports import free_port
from smtp_server import FakeSmtpServer, ReceivedEmail, mail_server
from sqlalchemy import select

from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.identity import NewPerson, NewTenant, Person, Role
from unificx.integrations.imap import parse_mailbox_url
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths, database_url
from unificx.server.support_mail import support_mail
from unificx.support.mail_in import MailboxUnreachable
from unificx.support.mail_in.models import HandledEmailRow
from unificx.support.rights import RequestFilter

DSN = """\
From: MAILER-DAEMON@mail.acme.example
To: pbx@example.com
Message-ID: <dsn-{key}@mail.acme.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.acme.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 No such mailbox

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: Invitation

--b--
"""
ARF = """\
From: feedback@provider.example
To: pbx@example.com
Message-ID: <arf-{key}@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an e-mail abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1
Version: 1

--b
Content-Type: message/rfc822

Message-ID: {message_id}
To: <redacted@provider.example>
Subject: Invitation

Text
--b--
"""


def report(
    form: str, key: str, about: Message, address: str = "", action: str = "failed", status: str = "5.1.1"
) -> bytes:
    text = form.format(key=key, message_id=about["Message-ID"], address=address, action=action, status=status)
    return text.replace("\n", "\r\n").encode()


class Office:
    """An installation with a mail server for what it sends and a mailbox for what comes back; it can be restarted."""

    def __init__(self, folder: Path, template: bytes, smtp: FakeSmtpServer, box: Dovecot) -> None:
        self.site, self.clock, self.smtp, self.box = InstallationPaths(folder / "home"), ManualClock(), smtp, box
        self.site.home.mkdir(mode=0o700)
        (self.site.home / "unificx.db").write_bytes(template)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Container]:
        sender = f"smtp://pbx:p%40ss%3Aword@localhost:{self.smtp.port}?from=pbx@example.com&tls=required"
        environ = {"UNIFICX_SMTP": sender, "UNIFICX_MAILBOX": self.box.url}
        async with open_installation(self.site, database_url(self.site, environ), environ, self.clock) as app:
            with stating(Access("administration", "test")), stating(Access("requests", "test")):
                yield app

    async def read(self, app: Container) -> None:
        """Read the mailbox to its end, as the running server does."""
        reader = support_mail(app, parse_mailbox_url(self.box.url, "UNIFICX_MAILBOX"))
        while await reader.read():
            pass

    async def invite(self, app: Container, person: Person) -> ReceivedEmail:
        """Send an invitation, and return it as it has arrived."""
        self.smtp.received.clear()
        await app.identity.invitations.invite(
            person.tenant_id, person.id, lambda code: f"https://x.example/{code}", "en"
        )
        while not self.smtp.received:
            self.smtp.arrived.clear()
            await self.smtp.arrived.wait()
        while set(await states(app, person.tenant_id)) & {"waiting", "sending"}:
            await asyncio.sleep(0.02)
        return self.smtp.received[0]


async def outcomes(app: Container) -> Sequence[str]:
    async with app.database.read() as session:
        return (await session.scalars(select(HandledEmailRow.outcome).order_by(HandledEmailRow.id))).all()


async def states(app: Container, tenant_id: str) -> dict[str, int]:
    return dict((await app.notifications.records.summary(tenant_id)).counts)


async def failing(app: Container, tenant_id: str) -> list[str]:
    return [each.address for each in await app.notifications.undeliverable.of_tenant(tenant_id)]


@needs_dovecot
@pytest.mark.promise("U2", "U7")
async def test_reports_arrive_by_imap_and_survive_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: bytes
) -> None:
    async with mail_server(tmp_path) as smtp:
        with dovecot(free_port()) as box:
            trusted = (tmp_path / "ca.pem").read_text() + box.files.authority.read_text()
            (tmp_path / "trusted.pem").write_text(trusted)
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
            office = Office(tmp_path, sqlite_template, smtp, box)
            with box.running():
                async with office.opened() as app:
                    acme = await app.identity.tenants.create(NewTenant("acme", "Acme", "acme.example"))
                    people = [
                        await app.identity.users.create(acme.id, NewPerson(name, f"{name.lower()}@acme.example", role))
                        for name, role in (("Ada", Role.USER), ("Ben", Role.USER), ("Cleo", Role.TENANT_ADMIN))
                    ]
                    ada, ben, _ = people
                    await app.consents.decide(acme.id, ben.subject, "marketing", given=True, locale="en")
                    await office.read(app)
                    to_ada, to_ben = [await office.invite(app, each) for each in (ada, ben)]
                    assert await states(app, acme.id) == {"sent": 2}

                    # Broken, huge and foreign e-mails before the reports do not keep them from being read.
                    late = report(DSN, "late", to_ada.message, "ada@acme.example", "delayed", "4.4.1")
                    cut = report(DSN, "cut", to_ada.message, "ada@acme.example")[:400]
                    deep = b"".join(
                        b"Content-Type: multipart/report; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(500)
                    )
                    noise = b"Content-Type: multipart/report; boundary=x\r\n\r\n" + bytes(range(128, 256)) * 100
                    huge = b"Subject: huge\r\n\r\n" + b"x" * 76 * (11 << 20 >> 6)
                    box.deliver(huge, late, cut, deep, noise)
                    box.deliver(report(DSN, "ada", to_ada.message, "ada@acme.example"))
                    await office.read(app)
                    assert await states(app, acme.id) == {"sent": 1, "bounced": 1}
                    assert await failing(app, acme.id) == ["ada@acme.example"]
                    assert app.consents.allows(ben.subject, "marketing")
                    assert (await app.rights.page(acme.id, RequestFilter())).items == ()

                # While this server is down a complaint arrives, and the report once more.
                box.deliver(report(ARF, "ben", to_ben.message), report(DSN, "ada", to_ada.message, "ada@acme.example"))
            async with office.opened() as app:
                with pytest.raises(MailboxUnreachable):
                    await office.read(app)
                with box.running():
                    await office.read(app)
                    assert await states(app, acme.id) == {"bounced": 1, "complained": 1}
                    assert not app.consents.allows(ben.subject, "marketing")
                    assert await failing(app, acme.id) == ["ada@acme.example"], (
                        "a complaint is no failure of the address"
                    )
                    before = await outcomes(app)
                    assert before == ["refused", "bounce", "bounce", "refused", "bounce", "bounce", "bounce"]
                # A mailbox that is numbered anew is read from its start, and nothing is taken twice.
                box.renumber()
                with box.running():
                    await office.read(app)
                    assert await outcomes(app) == [*before, "refused", "refused"], (
                        "the huge and the deep one have no Message-ID to know them by"
                    )
                    assert await states(app, acme.id) == {"bounced": 1, "complained": 1}


@needs_dovecot
@pytest.mark.promise("U2", "U7")
async def test_a_report_is_not_lost_if_the_server_ends_while_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: bytes
) -> None:
    async with mail_server(tmp_path) as smtp:
        with dovecot(free_port()) as box, box.running():
            trusted = (tmp_path / "ca.pem").read_text() + box.files.authority.read_text()
            (tmp_path / "trusted.pem").write_text(trusted)
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
            office = Office(tmp_path, sqlite_template, smtp, box)
            async with office.opened() as app:
                acme = await app.identity.tenants.create(NewTenant("acme", "Acme", "acme.example"))
                ada = await app.identity.users.create(acme.id, NewPerson("Ada", "ada@acme.example"))
                await office.read(app)
                sent = await office.invite(app, ada)
                box.deliver(report(DSN, "ada", sent.message, "ada@acme.example"))

                async def killed(raw: bytes) -> bool:
                    raise KeyboardInterrupt

                with monkeypatch.context() as patched:
                    patched.setattr(type(app.notifications.records), "take_report", lambda records, raw: killed(raw))
                    with pytest.raises(KeyboardInterrupt):
                        await office.read(app)
            async with office.opened() as app:
                await office.read(app)
                assert await states(app, acme.id) == {"bounced": 1}
