"""A tenant's custom sounds as heard on phones: music on hold, a prompt, a greeting."""

import asyncio
import contextlib
import io
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from app_phone import AppPhone, app_phone
from server import Household, Server, set_voicemail
from test_hold_music import hears_music

from unificx.media.tones import sine

ANNA, BERTA, MUSIC, PROMPT, GREETING = 600.0, 1500.0, 1000.0, 800.0, 1200.0


def wav(hertz: float, seconds: float) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(sine(hertz, 8000, round(seconds * 44100), rate=44100).tobytes())
    return out.getvalue()


@contextmanager
def custom_sounds(server: Server, sounds: dict[str, bytes]) -> Iterator[None]:
    """Use these custom sounds temporarily."""
    where = {"tenant": server.ready["tenant"]}
    with server.rest() as rest:
        for path, sound in sounds.items():
            answer = rest.put(f"/api/v1/{path}", params=where, content=sound)
            assert answer.status_code == 200, answer.text
        yield
        for path in sounds:
            assert rest.delete(f"/api/v1/{path}", params=where).status_code == 204


def played_files() -> list[Path]:
    """The files of three seconds that any server has written for its rtpengine."""
    found: list[Path] = []
    for path in Path("/dev/shm").glob("unificx-played-*/*.wav"):
        with contextlib.suppress(FileNotFoundError), wave.open(str(path), "rb") as file:
            if file.getnframes() == 3 * file.getframerate():
                found.append(path)
    return found


async def wait_until_only(phone: AppPhone, tone: float) -> None:
    """Wait until only this tone is heard: its level is then 1.41 times the loudness."""
    async with asyncio.timeout(10):
        while phone.tone_level(tone) < max(700, phone.loudness()):
            await asyncio.sleep(0.05)


@pytest.mark.promise("U1")
async def test_custom_music_and_prompts_are_heard(server: Server, household: Household) -> None:
    sounds = {"sounds/any/music/hold": wav(MUSIC, 3.0), "sounds/en/echo/begin": wav(PROMPT, 2.0)}
    others = set(played_files())
    with custom_sounds(server, sounds):
        async with app_phone(server, household.berta, BERTA) as berta, app_phone(server, household.anna, ANNA) as anna:
            await anna.call("*43")
            await anna.wait_for_tone(PROMPT)
            await anna.wait_for_tone(ANNA)
            anna.hang_up()
            await anna.call(household.berta.number)
            await berta.wait_for_tone(ANNA)
            anna.hold()
            await wait_until_only(berta, MUSIC)
            played = set(played_files()) - others
            assert played, "rtpengine reads it from there"
            anna.hold(yes=False)
            await berta.wait_for_tone(ANNA, seconds=0.5)
    assert not played & set(played_files()), "no plain sound is left of what was erased"


@pytest.mark.promise("C9")
async def test_music_set_by_cli_is_heard_on_hold_until_removed(
    server: Server, household: Household, tmp_path: Path
) -> None:
    file, name = tmp_path / "music.wav", ("music/hold", "--tenant", server.ready["tenant"])
    file.write_bytes(wav(MUSIC, 3.0))
    set_ = server.cli("sound", "set", *name, "--file", str(file))
    assert (set_["name"], set_["language"], round(set_["seconds"])) == ("music/hold", "any", 3)
    async with app_phone(server, household.berta, BERTA) as berta, app_phone(server, household.anna, ANNA) as anna:
        await anna.call(household.berta.number)
        await berta.wait_for_tone(ANNA)
        assert berta.tone_level(MUSIC) < 300
        anna.hold()
        await wait_until_only(berta, MUSIC)
        anna.hold(yes=False)
        await berta.wait_for_tone(ANNA, seconds=0.5)
        server.cli("sound", "delete", *name)
        anna.hold()
        await hears_music(berta)


@pytest.mark.promise("C9")
async def test_uploaded_greeting_is_heard(server: Server, household: Household) -> None:
    set_voicemail(server, on=True)
    with custom_sounds(server, {f"mailboxes/{household.berta.number}/greetings/no_answer": wav(GREETING, 3.0)}):
        async with app_phone(server, household.anna, ANNA) as anna:
            await anna.call(household.berta.number)
            await anna.wait_for_tone(GREETING)
            anna.hang_up()
    set_voicemail(server, on=False)
