"""Names and texts in all scripts: they keep the joiners that Persian, Indic letters and emoji need, wherever they are
entered or shown."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from unificx.calls.machine.identity import AssertedIdentity
from unificx.chat.checks import checked_name
from unificx.conferencing.machine.breakouts import check_names, check_text
from unificx.contacts.checks import checked as checked_contact
from unificx.contacts.schemas import ContactDetails
from unificx.core.errors import Invalid
from unificx.core.names import check_name
from unificx.identity.policies import validation
from unificx.ivr.values import check_say
from unificx.locations.schemas import Location
from unificx.locations.values import checked as checked_location
from unificx.notifications.email_composer import notice_text
from unificx.presence.profiles import change_state
from unificx.presence.schemas import Presence, PresenceChange
from unificx.routing.groups.schemas import RingGroup
from unificx.routing.groups.values import check_group
from unificx.routing.outbound.routes import check_name as check_route
from unificx.sip.geolocation import CivicAddress
from unificx.speed_dials.entries import checked as checked_speed_dial
from unificx.support.mail_in.parsing import parse_received
from unificx.webhooks.values import check_name as check_webhook

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = ("می\u200cخواهم", "क्\u200dष", "👨\u200d👩\u200d👧", "\u200fدانا (2)")
"""In Persian and Hindi, with an emoji, and with a mark of direction."""
OVERRIDES = ("Ada\u202egpj.exe", "a\u2066b", "line\nline", "line\n\u200cline", "tab\ttab", "a\u200bb")
"""They hide or reorder characters, or contain a line break or tab."""
INVISIBLE = ("", " ", "\u200c", "\u200d \u200d", "\u3164", "\u2800\ufe0f", "\U000e0100\u034f")


def group(name: str) -> str:
    check_group(RingGroup("g", "t", "600", name, NOW, (("x",),), name_prefix=name[:20]))
    return name


def location(text: str) -> str:
    return checked_location(Location("l", "t", text, NOW, CivicAddress("DE", text, text))).address.street


def note(text: str) -> str:
    return change_state(Presence("e", "t", "s"), PresenceChange(note=text), NOW).note


def contact(text: str) -> str:
    return checked_contact(ContactDetails("", organisation=text), str).organisation


NAMED: list[Callable[[str], str]] = [
    validation.name,
    check_name,
    check_route,
    check_webhook,
    checked_name,
    group,
    location,
    check_text,
    lambda text: check_names([text])[0],
]
TEXTS: list[Callable[[str], str]] = [check_say, contact, note, lambda text: checked_speed_dial("01", "123", text).name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("check", [*NAMED, *TEXTS])
def test_names_of_all_scripts_are_accepted_unchanged(check: Callable[[str], str], name: str) -> None:
    assert check(name) == name


@pytest.mark.parametrize("text", OVERRIDES)
@pytest.mark.parametrize("check", [*NAMED, *TEXTS[2:]])
def test_texts_that_deceive_are_refused(check: Callable[[str], str], text: str) -> None:
    with pytest.raises(Invalid):
        check(text)


@pytest.mark.parametrize("text", INVISIBLE)
@pytest.mark.parametrize("check", [*NAMED, check_say, contact])
def test_a_name_is_visible(check: Callable[[str], str], text: str) -> None:
    with pytest.raises(Invalid):
        check(text)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_scripts_are_sent_and_received_unchanged(name: str) -> None:
    assert name in AssertedIdentity("1001", name, "pbx.example").address
    assert name in notice_text("invitation", "en", organisation=name, detail="").subject
    received = EmailMessage()
    received["From"], received["Subject"] = "ada@example.com", name
    received.set_content(name)
    found = parse_received(received.as_bytes())
    assert (found.topic, found.text) == (name, name)
