"""Live captions of a meeting: a telephone speaks, everyone is informed, and the pages show the words."""

import asyncio
import re
import threading
from array import array
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from app_phone import AppPhone, app_phone
from client_pages import Clients
from page_checks import PageChecker
from playwright.sync_api import expect
from server import Household, Login, Server, eventually
from test_client_meeting import NEW_GUEST_LINK, WANDA, call_of, created_by, hangs_up
from test_transcription import MISSING, narrow

from unificx.cli.audio import SoftPhoneAudio

NOTICE = "Live captions are on. Nothing is stored."
SECOND = 8000
needs_it = pytest.mark.skipif(MISSING, reason="not installed (requirements/transcription.txt)")


class _Voice(SoftPhoneAudio):
    """Says the frames put into it, then nothing."""

    frames: "deque[array[int]]"

    def _tone_frame(self, at: int) -> "array[int]":
        return self.frames.popleft() if self.frames else array("h", bytes(320))


class SpeakingPhone(AppPhone):
    """A telephone whose user says sentences."""

    def __init__(self, *how: Any) -> None:
        super().__init__(*how)
        self.audio = self._voice = _Voice(how[1], how[2])
        self._voice.frames = deque()

    @property
    def is_speaking(self) -> bool:
        return bool(self._voice.frames)

    def say(self, pcm: bytes) -> None:
        """Say 16-bit samples at 8 kHz, then make a pause."""
        samples = array("h", pcm[: len(pcm) // 320 * 320])
        self._voice.frames.extend(samples[at : at + 160] for at in range(0, len(samples), 160))


@contextmanager
def speaking(server: Server, login: Login, number: str, speak: threading.Event) -> Iterator[None]:
    """A telephone in the meeting, in a thread of its own, that says a sentence again and again once `speak` is set."""
    enough = threading.Event()

    async def talk() -> None:
        async with app_phone(server, login, kind=SpeakingPhone) as phone:
            await phone.call(number)
            while not enough.is_set():
                if not speak.is_set():
                    phone.send_dtmf("1")  # agrees, once it is asked
                    await asyncio.sleep(1)
                if speak.is_set() and not phone.is_speaking:
                    phone.say(narrow("en", "captions/notice") + bytes(2 * SECOND))
                await asyncio.sleep(0.1)

    talking = threading.Thread(target=lambda: asyncio.run(talk()))
    talking.start()
    try:
        yield
    finally:
        enough.set()
        talking.join()


@needs_it
@pytest.mark.promise("C10", "R1")
def test_what_a_telephone_says_is_shown_to_those_who_are_in_the_meeting(
    clients: Clients, server: Server, household: Household
) -> None:
    """Recordings are not allowed here, so everyone but the host who switches captions on is asked to agree."""
    with server.rest() as rest:
        where = {"tenant": server.tenant}
        assert rest.patch("/api/v1/voicemail/settings", params=where, json={"transcribe": True}).is_success
    anna = clients("microphone").sign_in(household.anna, path="/team")
    link, number = created_by(anna)
    address = anna.page.evaluate(NEW_GUEST_LINK, link.rpartition("/")[2])
    guest = clients("microphone").open("/" + address.partition("/app/")[2])
    guest.page.get_by_label("Your name").fill(WANDA)
    guest.page.get_by_role("radio", name="Yes").check()
    guest.page.get_by_role("checkbox", name=re.compile("I have read")).check()
    guest.page.get_by_role("button", name="Ask to join").click()
    call_of(anna).get_by_role("button", name=f"Admit {WANDA}").click()
    expect(guest.page.get_by_role("button", name="React")).to_be_visible(timeout=30_000)
    call_of(anna).get_by_role("button", name="Participants").click()
    sheet = anna.page.get_by_role("dialog").filter(has=anna.page.get_by_role("switch", name="Live captions"))
    sheet.get_by_role("switch", name="Live captions").click()
    expect(sheet.get_by_role("switch", name="Live captions")).to_be_checked()
    sheet.get_by_role("button", name="Close").click()
    for page in (anna.page, guest.page):
        expect(page.get_by_role("region", name="Live captions")).to_contain_text(NOTICE)

    guest.page.get_by_role("button", name="Agree", exact=True).click(timeout=30_000)

    speak = threading.Event()
    with speaking(server, household.clara, number, speak):
        eventually(
            lambda: [one["captions_consent"] for one in server.participants(number)] == ["consented"] * 3,
            timeout=60,
            what="all were informed",
        )
        speak.set()
        for page in (anna.page, guest.page):
            shown = page.get_by_role("region", name="Live captions")
            expect(shown).to_contain_text(re.compile("conference", re.I), timeout=120_000)
            expect(shown.locator("strong").first).not_to_be_empty()
    checks = PageChecker(anna, "en", label="captions of a meeting")
    checks.check("light", "dark")
    assert checks.findings == []
    captions = guest.page.get_by_role("region", name="Live captions")
    captions.get_by_role("button", name="Hide captions").press("Enter")
    expect(captions.locator("p")).to_have_count(0)
    captions.get_by_role("button", name="Show captions").press("Enter")
    call_of(anna).get_by_role("button", name="Participants").click()
    sheet.get_by_role("switch", name="Live captions").click()
    sheet.get_by_role("button", name="Close").click()
    expect(guest.page.get_by_role("region", name="Live captions")).to_have_count(0)
    hangs_up(anna)
    assert anna.complaints == guest.complaints == []
