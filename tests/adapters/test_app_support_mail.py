"""E-mails become requests, and answers come back to them, by a real IMAP and a real SMTP server."""

import threading
from dataclasses import replace
from email.message import EmailMessage, Message
from pathlib import Path

import pytest
from imap_server import imap_server
from smtp_server import mail_server, text_of
from sqlalchemy import select, update

from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.core.emails import parse_email
from unificx.core.errors import Invalid
from unificx.identity import NewPerson, NewTenant, Role
from unificx.integrations.imap import parse_mailbox_url
from unificx.notifications.models import EmailRow
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths, database_url
from unificx.server.support_mail import support_mail
from unificx.support.mail_in.models import MailboxRow
from unificx.support.rights import RequestFilter, RequestHistory, RequestMessages


def email(text: str, to: str = "support@acme.example", message_id: str = "1", **fields: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = "Zoë <zoe@example.com>", to, f"<{message_id}@example.com>"
    message["Subject"] = "Opening hours"
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def report_about(message_id: str) -> bytes:
    return f"""From: MAILER-DAEMON@example.com
To: pbx@example.com
Message-ID: <report@example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; example.com

Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user

--x
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--x--
""".encode()


async def histories(app: Container, tenant_id: str) -> list[RequestHistory]:
    found = (await app.rights.page(tenant_id, RequestFilter())).items
    return [await app.rights.get(tenant_id, each.id) for each in found]


@pytest.mark.promise("U6", "H1")
async def test_an_email_becomes_a_request_and_its_answers_a_conversation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: bytes
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setattr("unificx.integrations.imap.MAX_BYTES", 4000)
    threads: set[threading.Thread] = set()

    def watched(raw: bytes) -> Message:
        threads.add(threading.current_thread())
        return parse_email(raw)

    for module in ("support.mail_in.parsing", "notifications.bounces", "notifications.complaints"):
        monkeypatch.setattr(f"unificx.{module}.parse_email", watched)
    site, clock = InstallationPaths(tmp_path / "home"), ManualClock()
    site.home.mkdir(mode=0o700)
    (site.home / "unificx.db").write_bytes(sqlite_template)
    async with mail_server(tmp_path) as smtp, imap_server(tmp_path) as box:
        url = f"smtp://pbx:p%40ss%3Aword@localhost:{smtp.port}?from=pbx@example.com&tls=required"
        environ = {"UNIFICX_SMTP": url, "UNIFICX_MAILBOX": f"{box.url}&tls=required"}
        async with open_installation(site, database_url(site, environ), environ, clock) as app:
            with stating(Access("requests", "test")):
                with stating(Access("administration", "test")):
                    acme, globex = [
                        await app.identity.tenants.create(NewTenant(slug, slug, f"{slug}.example"))
                        for slug in ("acme", "globex")
                    ]
                    await app.identity.people.create(acme.id, NewPerson("Root", "root@acme.example", Role.TENANT_ADMIN))
                reader = support_mail(app, parse_mailbox_url(environ["UNIFICX_MAILBOX"], "UNIFICX_MAILBOX"))
                await reader.read()
                await box.deliver(email("When are you open?"))
                await box.deliver(email("When are you open?"))
                await box.deliver(email("Away", message_id="2", Auto_Submitted="auto-replied"))
                await box.deliver(email("x" * 5000, message_id="3"))
                await box.deliver(email("For you", to="hello@globex.example", message_id="4"))
                while await reader.read():
                    pass
                [request] = [each.request for each in await histories(app, acme.id)]
                assert (request.kind, request.origin, request.state, request.proof) == ("inquiry", "mail", "proved", "")
                assert (request.topic, request.text, request.name) == ("Opening hours", "When are you open?", "Zoë")
                assert [each.request.text for each in await histories(app, globex.id)] == ["For you"]

                await app.rights.take(acme.id, request.id, "reply", "At nine.\nSee you", "root")
                while not (sent := [each for each in smtp.received if each.recipients == ["zoe@example.com"]]):
                    smtp.arrived.clear()
                    await smtp.arrived.wait()
                assert "At nine." in text_of(sent[0].message, "plain")
                reply_to, ours = str(sent[0].message["Reply-To"]), str(sent[0].message["Message-ID"])
                assert RequestMessages(app.rights).proof(request.id) in reply_to
                await box.deliver(email("On Sundays too?", to=reply_to, message_id="5"))
                await box.deliver(email("And at noon?", message_id="6", In_Reply_To=ours))
                await box.deliver(report_about(ours))
                await box.deliver(report_about(ours).replace(b"failed", b"delayed").replace(b"<report@", b"<2@"))
                while await reader.read():
                    pass
                [found] = await histories(app, acme.id)
                assert found.request.proof == "email"
                assert [(each.step, each.note) for each in found.steps] == [
                    ("receive", ""),
                    ("reply", "At nine.\nSee you"),
                    ("message", "On Sundays too?"),
                    ("message", "And at noon?"),
                ]
                async with app.database.begin() as uow:
                    states = await uow.session.scalars(select(EmailRow.state).where(EmailRow.request_id.is_not(None)))
                    assert states.all() == ["bounced"]
                    await uow.session.execute(update(MailboxRow).values(validity=MailboxRow.validity - 1))
                while await reader.read():
                    pass
                assert len((await histories(app, acme.id))[0].steps) == 4
                assert [len(await histories(app, each.id)) for each in (acme, globex)] == [1, 1]

                await box.deliver(email("And in August?", to="pbx@elsewhere.example", message_id="7"))
                settings = parse_mailbox_url(environ["UNIFICX_MAILBOX"], "UNIFICX_MAILBOX")
                with pytest.raises(Invalid, match="does not exist"):
                    await support_mail(app, replace(settings, organisation="unknown")).read()
                while await reader.read():
                    pass
                assert len(await histories(app, acme.id)) == 2, "it has waited in the mailbox"
    assert threads
    assert threading.main_thread() not in threads, "a malformed e-mail must not stop the calls"
