"""Invoices and payment reminders go out by e-mail with their file, each once."""

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from smtp_server import mail_server
from sqlalchemy import select

from unificx.billing import BillingDetails, NewPlan
from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.identity import NewTenant
from unificx.media import MediaUnavailable
from unificx.notifications.models import EmailRow
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.invoice_emails import InvoiceEmails
from unificx.server.live_calls import ComponentChecks
from unificx.server.paths import InstallationPaths, database_url

SELLER = BillingDetails("PBX GmbH", "Weg 1", "10115", "Berlin", "DE", vat_id="DE136695976")
BUYER = BillingDetails("Acme GmbH", "Weg 2", "20095", "Hamburg", "DE", email="rechnung@acme.example")


class NoMedia:
    async def query(self, *_: object) -> None:
        raise MediaUnavailable("silent")


async def emails_after_two_sweeps(rooms: Container) -> list[tuple[str, str | None]]:
    """Look twice for what is due; return kind and invoice of all e-mails."""
    sender = InvoiceEmails(rooms.billing, rooms.rights.accounts, rooms.notification_service)
    for _ in range(2):
        await sender.send_due()
    async with rooms.database.read() as session:
        rows = await session.execute(select(EmailRow.kind, EmailRow.invoice).order_by(EmailRow.id))
        return [(kind, invoice) for kind, invoice in rows]


@pytest.mark.promise("U2", "U4")
async def test_an_invoice_and_its_reminder_are_sent_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: bytes
) -> None:
    (mail := tmp_path / "mail").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(mail / "ca.pem"))
    site, clock = InstallationPaths(tmp_path / "home"), ManualClock()
    site.home.mkdir()
    (site.home / "unificx.db").write_bytes(sqlite_template)  # spares it the migrations
    async with mail_server(mail) as box:
        url = f"smtp://pbx:p%40ss%3Aword@localhost:{box.port}?from=pbx@example.com&tls=required"
        environ = {"UNIFICX_SMTP": url}
        async with open_installation(site, database_url(site, environ), environ, clock) as rooms:
            with stating(Access("billing", "test")):
                billing = rooms.billing
                operator, acme = [
                    await rooms.identity.tenants.create(NewTenant(slug, slug, f"{slug}.example", language="de"))
                    for slug in ("operator", "acme")
                ]
                await billing.details.replace(operator.id, SELLER)
                await billing.details.replace(acme.id, BUYER)
                await billing.plans.assign(
                    acme.id, (await billing.plans.create(NewPlan("Business", "EUR", 30_000_000))).id
                )
                clock.advance(timedelta(days=32).total_seconds())
                assert await emails_after_two_sweeps(rooms) == []
                [issue] = await billing.invoices.run(acme.id, date(2026, 1, 1))
                sent, [waiting] = [("invoice", issue.number)], await billing.invoice_notices.due()
                clock.advance(timedelta(days=1).total_seconds())
                assert await billing.invoice_notices.count_waiting() == 1
                with stating(Access("operations", "test")):
                    states = await ComponentChecks(rooms, cast("Any", NoMedia())).states()
                [invoices] = [each for each in states if each.name == "invoices"]
                assert (invoices.ok, invoices.why.split()[0]) == (True, "1"), "the server works"
                assert await emails_after_two_sweeps(rooms) == sent
                assert await billing.invoice_notices.count_waiting() == 0
                async with rooms.database.begin() as uow:
                    assert not await billing.invoice_notices.mark(waiting, uow), "another sweep has sent it"
                async with asyncio.timeout(10):
                    await box.arrived.wait()
                [arrived] = box.received
                assert arrived.recipients == ["rechnung@acme.example"]
                [pdf] = arrived.message.iter_attachments()
                assert (pdf.get_content_type(), pdf.get_filename()) == ("application/pdf", f"{issue.number}.pdf")
                assert pdf.get_content() == await billing.invoices.pdf(acme.id, issue.number)
                assert f"Rechnung {issue.number}" in arrived.message["Subject"]
                clock.advance(timedelta(days=14).total_seconds())
                assert await emails_after_two_sweeps(rooms) == sent, "it is overdue, but no reminder is due yet"
                assert [each.state for each in await billing.invoices.received(acme.id)] == ["overdue"]
                clock.advance(timedelta(days=7).total_seconds())
                reminded = await emails_after_two_sweeps(rooms)
                assert reminded[-1] == ("invoice_reminder", issue.number)
                assert (await billing.invoices.get(acme.id, issue.number)).reminded == 1
                assert await billing.invoice_notices.due() == []
                await billing.payments.record(acme.id, "B-1", "EUR", issue.total, issue.number)
                clock.advance(timedelta(days=14).total_seconds())
                assert await emails_after_two_sweeps(rooms) == reminded
