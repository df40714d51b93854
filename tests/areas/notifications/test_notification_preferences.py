"""Which notices people want: honoured when a notice is sent, not only when it is queued."""

import pytest
from smtp_server import FakeSmtpServer

from unificx.core.errors import Invalid
from unificx.db import Database
from unificx.identity import Identity, NewPerson, Person, Tenant
from unificx.notifications import EmailQueue, MessageReference, NoticePreferences
from unificx.notifications.catalogue import CATALOGUE, may_be_off, push_type
from unificx.notifications.preferences import MandatoryNotice
from unificx.privacy import KeyStore

ABOUT = MessageReference("m-1", "e-ada")


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada Example", "ada@example.com"))


@pytest.mark.promise("U2")
async def test_an_email_switched_off_after_it_was_queued_is_not_sent_and_a_mandatory_one_is(
    emails: EmailQueue, preferences: NoticePreferences, ada: Person, box: FakeSmtpServer
) -> None:
    await emails.enqueue(ada, "voicemail", "en", detail="1001", about=ABOUT)
    await emails.enqueue(ada, "password_changed", "en")
    await preferences.switch(ada.tenant_id, ada.subject, "voicemail", "email", on=False)
    with pytest.raises(MandatoryNotice):
        await preferences.switch(ada.tenant_id, ada.subject, "password_changed", "email", on=False)
    await emails.deliver()
    assert [each.message["Subject"] for each in box.received] == ["Your password was changed"]
    await preferences.switch(ada.tenant_id, ada.subject, "voicemail", "email", on=True)
    await emails.enqueue(ada, "voicemail", "en", detail="1001", about=ABOUT)
    await emails.deliver()
    assert len(box.received) == 2


@pytest.mark.promise("U2")
async def test_choices_count_for_variants_for_one_person_and_after_a_restart(
    preferences: NoticePreferences, database: Database, keys: KeyStore, ada: Person
) -> None:
    await preferences.switch(ada.tenant_id, ada.subject, "voicemail", "email", on=False)
    await preferences.switch(ada.tenant_id, ada.subject, "message", "push", on=False)
    opened = NoticePreferences(database, keys)
    await opened.start()
    for each in (preferences, opened):
        assert not each.allows(ada.subject, "voicemail_sound", "email")
        assert not each.allows(ada.subject, "message", "push")
        assert each.allows("another", "voicemail", "email")
    with pytest.raises(Invalid):
        await preferences.switch(ada.tenant_id, ada.subject, "voicemail", "push", on=False)
    keys.destroy(ada.tenant_id, ada.subject)
    erased = NoticePreferences(database, keys)
    await erased.start()
    preferences.drop_subject(ada.subject)
    assert erased.allows(ada.subject, "message", "push")
    assert preferences.allows(ada.subject, "message", "push")


async def test_two_nodes_keep_each_others_choices(
    preferences: NoticePreferences, database: Database, keys: KeyStore, ada: Person
) -> None:
    other = NoticePreferences(database, keys)
    await other.start()
    await preferences.switch(ada.tenant_id, ada.subject, "voicemail", "email", on=False)
    await other.switch(ada.tenant_id, ada.subject, "message", "push", on=False)
    assert not other.allows(ada.subject, "voicemail", "email")
    await preferences.start()
    assert not preferences.allows(ada.subject, "voicemail", "email")
    assert not preferences.allows(ada.subject, "message", "push")


def test_what_protects_an_account_or_is_due_by_law_is_mandatory() -> None:
    optional = {
        (kind, channel) for kind, each in CATALOGUE.items() for channel in each.channels if may_be_off(kind, channel)
    }
    assert optional == {
        *(("voicemail", "email"), ("message", "push"), ("meeting_invitation", "email")),
        *(("storage_low", channel) for channel in ("email", "push", "app", "webhook")),
    }
    assert {push_type(kind) for kind in CATALOGUE} == {"notice", "message", "call", "stop", "signed_out", "test"}
