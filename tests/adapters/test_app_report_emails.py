"""Reports go out by e-mail with their files, each period once, to people who may still read them."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from smtp_server import FakeSmtpServer, mail_server
from structlog.testing import capture_logs

from unificx.calls.events import CallEnded, CallParty
from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.core.errors import Forbidden, Invalid, TooManyRequests
from unificx.identity import Extension, NewPerson, NewTenant, Person, PersonChange, Role, TenantChange
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths, database_url
from unificx.server.report_files import ReportSources, report_files


def call(rooms: Container, callee: Extension, started: datetime, seconds: int) -> CallEnded:
    """An answered call from outside to an extension."""
    parties = (
        CallParty("caller", number="+49301234567"),
        CallParty("callee", number=callee.number, extension_id=callee.id, subject=callee.subject),
    )
    return CallEnded(
        id=rooms.database.clock.new_id(),
        tenant=callee.tenant_id,
        direction="inbound",
        started=started,
        answered=started,
        ended=started + timedelta(seconds=seconds),
        outcome="answered",
        cause=16,
        parties=parties,
    )


@asynccontextmanager
async def installation(tmp_path: Path, clock: ManualClock, box: FakeSmtpServer) -> AsyncIterator[Container]:
    site = InstallationPaths(tmp_path / "home")
    url = f"smtp://pbx:p%40ss%3Aword@localhost:{box.port}?from=pbx@example.com&tls=required"
    environ = {"UNIFICX_SMTP": url}
    async with open_installation(site, database_url(site, environ), environ, clock) as rooms:
        with stating(Access("administration", "test")):
            yield rooms


async def received(box: FakeSmtpServer, number: int) -> None:
    async with asyncio.timeout(30):
        while len(box.received) < number:
            box.arrived.clear()
            await box.arrived.wait()


@pytest.mark.promise("U2")
async def test_each_period_is_sent_once_to_people_who_may_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: bytes
) -> None:
    (mail := tmp_path / "mail").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(mail / "ca.pem"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "unificx.db").write_bytes(sqlite_template)  # spares it the migrations
    clock = ManualClock(datetime(2026, 1, 5, 9, tzinfo=UTC))
    async with mail_server(mail) as box:
        async with installation(tmp_path, clock, box) as rooms:
            acme = await rooms.identity.tenants.create(
                NewTenant("acme", "Acme", "acme.example", language="de", time_zone="Europe/Berlin")
            )
            people, schedules = rooms.identity.people, rooms.reports.schedules
            new = NewPerson("Ada", "ada@acme.example", Role.TENANT_ADMIN, "correct horse battery", "en")
            ada = (await people.create(acme.id, new)).person
            created = await people.create(
                acme.id, NewPerson("=Bo", "bo@acme.example", password="correct horse"), "1001"
            )
            bo, extension = created.person, created.extension
            assert extension is not None
            with pytest.raises(Invalid, match="administrator"):
                await rooms.reports.recipient(acme.id, bo.id)
            for _ in range(2):
                await schedules.add(acme.id, ada.id, "daily")
            [schedule] = await schedules.list(acme.id)
            assert (schedule.next, schedule.state) == (datetime(2026, 1, 6, 5, tzinfo=UTC), None)
            rooms.history.record(call(rooms, extension, datetime(2026, 1, 4, 22, 59, tzinfo=UTC), 500))
            rooms.history.record(call(rooms, extension, datetime(2026, 1, 5, 22, 59, tzinfo=UTC), 30))
            rooms.history.record(call(rooms, extension, datetime(2026, 1, 5, 23, 0, tzinfo=UTC), 500))
            await rooms.spool.drain()
            await rooms.reports.send_due()
            clock.advance(timedelta(hours=20).total_seconds())
            for _ in range(2):
                await rooms.reports.send_due()
            await received(box, 1)
        [report] = box.received
        assert report.recipients == ["ada@acme.example"]
        assert report.message["Subject"] == "Report of calls, 5 January 2026"
        table, pdf = report.message.iter_attachments()
        assert (table.get_filename(), pdf.get_filename()) == (
            "report-daily-2026-01-05.csv",
            "report-daily-2026-01-05.pdf",
        )
        assert pdf.get_content().startswith(b"%PDF-")
        rows = list(csv.reader(io.StringIO(table.get_content().removeprefix("\ufeff"))))
        assert ["23:00", "1", "1", "100", "30"] in rows, "the others are of the days before and after"
        assert ["1001 =Bo", "0", "1", "1", "100", "30"] in rows

        async with installation(tmp_path, clock, box) as rooms:
            await rooms.reports.send_due()
            [schedule] = await rooms.reports.schedules.list(acme.id)
            assert (schedule.next, schedule.state) == (datetime(2026, 1, 7, 5, tzinfo=UTC), "sent")
            await rooms.reports.send_now(acme.id, ada.id, "weekly")
            await received(box, 2)
            assert box.received[1].message["Subject"] == "Report of calls, 29 December 2025 – 4 January 2026"
            for _ in range(5):  # with the first one as many as allowed in an hour
                await rooms.reports.send_now(acme.id, ada.id, "weekly")
            with pytest.raises(TooManyRequests):
                await rooms.reports.send_now(acme.id, ada.id, "weekly")
            clock.advance(timedelta(days=2).total_seconds())
            await rooms.identity.tenants.update(acme.id, TenantChange(state="suspended"))
            assert not await rooms.reports.schedules.due()
            await rooms.identity.tenants.update(acme.id, TenantChange(state="active"))
            assert await rooms.reports.schedules.due()
            other = NewPerson("Cy", "cy@acme.example", Role.TENANT_ADMIN, "correct horse battery")  # remains one
            await rooms.identity.people.create(acme.id, other)
            await rooms.identity.users.update(acme.id, ada.id, PersonChange(role=Role.USER))
            await rooms.reports.send_due()
            sources = ReportSources(rooms.identity, rooms.history, rooms.routing.queues, rooms.consents, rooms.billing)
            with pytest.raises(Forbidden):  # so an e-mail that was queued before is dropped
                await report_files(sources)(acme.id, f"daily 2026-01-08 {ada.id}")
            assert await rooms.reports.schedules.due(), "it is sent once Ada may read it again"
            await rooms.identity.users.close(acme.id, ada.id)
            await rooms.outbox.deliver()
            assert not await rooms.reports.schedules.list(acme.id)


async def test_a_report_that_fails_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: bytes
) -> None:
    async def recipient(tenant_id: str, person_id: str) -> Person:
        if person_id == people[0].id:
            raise RuntimeError
        return await original(tenant_id, person_id)

    (mail := tmp_path / "mail").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(mail / "ca.pem"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "unificx.db").write_bytes(sqlite_template)
    clock = ManualClock(datetime(2026, 1, 5, 9, tzinfo=UTC))
    async with mail_server(mail) as box, installation(tmp_path, clock, box) as rooms:
        acme = await rooms.identity.tenants.create(NewTenant("acme", "Acme", "acme.example"))
        people: list[Person] = []
        for name in ("ada", "bo"):
            new = NewPerson(name, f"{name}@acme.example", Role.TENANT_ADMIN, "correct horse battery")
            people.append((await rooms.identity.people.create(acme.id, new)).person)
            await rooms.reports.schedules.add(acme.id, people[-1].id, "daily")
        clock.advance(timedelta(days=1).total_seconds())
        original = rooms.reports.recipient
        monkeypatch.setattr(rooms.reports, "recipient", recipient)
        with capture_logs() as logs:
            await rooms.reports.send_due()
        [left] = await rooms.reports.schedules.due()
    assert left.person_id == people[0].id
    [entry] = [entry for entry in logs if entry["event"] == "report_not_sent"]
    assert (entry["log_level"], entry["fault"]) == ("error", "RuntimeError")
