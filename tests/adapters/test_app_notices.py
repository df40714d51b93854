"""The administrative notices leave by a real mail server, each after what it is about has really happened."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from failing import fail_first
from smtp_server import FakeSmtpServer, mail_server, text_of

from unificx.attachments import AttachmentLimitsChange, NewUpload, Owner
from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.identity import (
    TERMS_VERSION,
    Acceptance,
    NewPerson,
    NewSuspension,
    NewTenant,
    Person,
    Role,
    SignInContext,
    SignInDevice,
    Source,
    policy_version,
)
from unificx.notifications import MOVED, put_announcement, waiting_tenants
from unificx.privacy import released_versions
from unificx.server.announcements import Announcements
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths, database_url

PASSWORD = "correct horse battery staple"
PHONE = SignInContext(Source("203.0.113.2", "Phone/2"), SignInDevice("Ada's phone", "mobile"), "cookie")


class Office:
    """An installation with a mail server, an administrator and a user."""

    def __init__(self, rooms: Container, box: FakeSmtpServer) -> None:
        self.rooms, self.box, self.seen = rooms, box, 0
        self.boss: Person
        self.ada: Person

    async def set_up(self) -> None:
        acme = await self.rooms.identity.tenants.create(NewTenant("acme", "Acme", "acme.example"))
        for name, role in (("boss", Role.TENANT_ADMIN), ("ada", Role.USER)):
            new = NewPerson(name, f"{name}@acme.example", role, password=PASSWORD)
            setattr(self, name, await self.rooms.identity.users.create(acme.id, new))

    async def received(self, count: int = 1) -> set[tuple[str, str]]:
        """Return recipient and English subject of the next e-mails."""
        await self.rooms.outbox.deliver()
        await self.rooms.identity.join_background_tasks()
        async with asyncio.timeout(10):
            while len(self.box.received) < self.seen + count:
                self.box.arrived.clear()
                await self.box.arrived.wait()
        new, self.seen = self.box.received[self.seen :], self.seen + count
        assert all(each.encrypted for each in new)
        return {(each.recipients[0].partition("@")[0], each.message["Subject"].partition(" /")[0]) for each in new}


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: bytes) -> AsyncIterator[Office]:
    (mail := tmp_path / "mail").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(mail / "ca.pem"))
    site, clock = InstallationPaths(tmp_path / "home"), ManualClock()
    site.home.mkdir()
    (site.home / "unificx.db").write_bytes(sqlite_template)  # spares it the migrations
    async with mail_server(mail) as box:
        environ = {"UNIFICX_SMTP": f"smtp://pbx:p%40ss%3Aword@localhost:{box.port}?from=pbx@example.com&tls=required"}
        async with open_installation(site, database_url(site, environ), environ, clock) as rooms:
            with stating(Access("administration", "test")):
                made = Office(rooms, box)
                await made.set_up()
                yield made


@pytest.mark.promise("X3")
@pytest.mark.promise("U2", whole=True)
async def test_each_administrative_notice_leaves_after_its_cause(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U2 as a whole: password reset, new device, a changed policy, used-up space and security events are each sent by
    SMTP over TLS, after they have happened; invoices with their file by
    `test_an_invoice_and_its_reminder_are_sent_once`. Each other kind is declared and sent somewhere
    (`test_each_email_has_texts_and_is_sent_somewhere`), and none is made elsewhere
    (`test_messages_are_made_at_one_place`). By push too: `test_a_switched_off_notice_is_not_pushed_and_a_mandatory_one_is`;
    without a mail server: `test_without_a_mail_server_emails_can_be_read_until_they_are_deleted`."""
    rooms, ada, identity = office.rooms, office.ada, office.rooms.identity
    with stating(Access("authentication", "test")):
        signed: Any = await identity.sign_in.by_password(ada.email, PASSWORD, PHONE)
        assert await office.received() == {("ada", "New device signed in")}
        await identity.recovery.request(
            ada.email, None, lambda code: f"https://a.example/#={code} ", "en", PHONE.source
        )
        assert await office.received() == {("ada", "Reset your password")}
        code = text_of(office.box.received[-1].message, "plain").partition("#=")[2].split()[0]
        await identity.recovery.complete(code, f"{PASSWORD} 2", PHONE)
        assert ("ada", "Your password was changed") in await office.received()
        await identity.acceptances.accept(signed.principal, Acceptance(True, TERMS_VERSION, policy_version()))

    await identity.suspensions.suspend(ada, NewSuspension("security"))
    assert await office.received() == {("ada", "Your account is suspended")}
    await identity.suspensions.resume(ada.tenant_id, ada.id)
    assert await office.received() == {("ada", "Your account is active again")}

    files = rooms.chat.attachments
    await files.change_limits(ada.tenant_id, AttachmentLimitsChange(quota_bytes=1000))
    for size in (800, 150, 20):
        await files.create(Owner(ada.tenant_id, ada.id, ada.subject), NewUpload(size, "plan.txt"))
    assert await office.received() == {("boss", "The space for files of messages is nearly used up")}

    announcements = Announcements(rooms)
    await announcements.send_due()
    newest = replace(released_versions()[-1], number=99, version="v99")
    for place in ("identity.terms", "server.announcements"):
        monkeypatch.setattr(f"unificx.{place}.released_versions", lambda: [*released_versions(), newest])
    for _ in range(2):
        await announcements.send_due()
    assert await office.received() == {("ada", "The privacy policy has changed")}
    assert newest.summary["de"] in text_of(office.box.received[-1].message, "plain")
    assert len(office.box.received) == office.seen, "each notice once; boss has accepted no earlier version"
    async with rooms.database.begin() as uow:
        await put_announcement(uow.session, ada.tenant_id, MOVED, rooms.clock.now())
    for _ in range(2):
        await announcements.send_due()
    moved = "Acme has moved to another installation"
    assert await office.received(2) == {("ada", moved), ("boss", moved)}
    assert len(office.box.received) == office.seen


async def test_a_tenant_that_cannot_be_notified_stops_no_notice_of_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    globex = await office.rooms.identity.tenants.create(NewTenant("globex", "Globex", "globex.example"))
    async with office.rooms.database.begin() as uow:
        for tenant_id in (office.ada.tenant_id, globex.id):
            await put_announcement(uow.session, tenant_id, MOVED, office.rooms.clock.now())
    fail_first(monkeypatch, office.rooms.rights.accounts, "all")
    for waiting in (1, 0):
        await Announcements(office.rooms).send_due()
        async with office.rooms.database.read() as session:
            assert len(await waiting_tenants(session, MOVED)) == waiting
