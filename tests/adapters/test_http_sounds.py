"""Custom sounds of a tenant over HTTP, played in place of the standard ones."""

import math
from datetime import UTC, datetime

import pytest
from http_world import SPOKEN, World
from test_http_greetings import AS_WAV, decoded, wav

from unificx.media.sounds import Sound
from unificx.media.tones import level, rms

PATH = "/api/v1/sounds"
LEAVE, MUSIC = f"{PATH}/en/voicemail/leave", f"{PATH}/any/music/hold"


def is_tone(sound: Sound, hertz: float) -> bool:
    samples = memoryview(sound.pcm).cast("h")[8000:16000]
    return level(samples, hertz, rate=sound.rate) > 0.95 * math.sqrt(2) * rms(samples)


@pytest.mark.promise("U1")
async def test_custom_music_is_played_until_it_is_deleted(world: World) -> None:
    admin = await world.admin(world.acme)
    standard = await world.services.prompt_overrides.music(world.acme.id)
    made = await admin.put(MUSIC, content=wav(440, 4.0))
    assert made.status_code == 200, made.text
    assert (made.json()["name"], made.json()["language"]) == ("music/hold", "any")
    assert (await admin.get(PATH)).json()["items"] == [made.json()]
    own = await world.services.prompt_overrides.music(world.acme.id)
    assert is_tone(own, 440)
    assert await world.services.prompt_overrides.music(world.globex.id) == standard
    assert 1000 < rms(memoryview(own.pcm).cast("h")[8000:16000]) < 2600  # quieter than prompts
    assert decoded(await admin.get(f"{MUSIC}/audio", params=AS_WAV)).tobytes() == own.pcm
    assert (await admin.delete(MUSIC)).status_code == 204
    assert (await admin.delete(MUSIC)).status_code == 404
    assert await world.services.prompt_overrides.music(world.acme.id) == standard


@pytest.mark.promise("U1")
async def test_a_custom_prompt_applies_to_its_language_only(world: World) -> None:
    admin, voice = await world.admin(world.acme), world.services.prompt_overrides
    before = decoded(await admin.get(f"{LEAVE}/audio")).tobytes()
    [german] = await voice.named("voicemail/leave", "de", world.acme.id)
    assert (await admin.put(LEAVE, content=wav(700))).status_code == 200
    assert (await admin.put(f"{PATH}/en/number/7", content=wav(800))).status_code == 200
    [sent] = await voice.named("voicemail/leave", "en-GB", world.acme.id)
    assert is_tone(sent, 700)
    assert list(await voice.named("voicemail/leave", "de-AT", world.acme.id)) == [german]
    assert is_tone((await voice.number(7, "en", world.acme.id))[0], 800)
    now = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
    assert len(await voice.moment(now, now, "en", world.acme.id)) == 3
    [other] = await voice.named("voicemail/leave", "en", world.globex.id)
    assert other.pcm == before
    prompts = {one["name"]: one for one in (await admin.get(f"{PATH}/prompts")).json()["items"]}
    assert prompts["voicemail/leave"]["own"]
    assert not prompts["echo/begin"]["own"]
    assert prompts["echo/begin"]["seconds"] > 2
    [music] = (await admin.get(f"{PATH}/prompts", params={"language": "any"})).json()["items"]
    assert (music["own"], music["seconds"]) == (False, 32.0)
    assert prompts["echo/begin"]["text"].startswith("This is the echo test.")


@pytest.mark.promise("C8")
@pytest.mark.parametrize("name", ["recording/notice", "voicemail/notice", "voicemail/transcribed"])
async def test_recording_announcements_cannot_be_replaced(world: World, name: str) -> None:
    admin = await world.admin(world.acme)
    refused = await admin.put(f"{PATH}/en/{name}", content=wav(500))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    prompts = {one["name"]: one for one in (await admin.get(f"{PATH}/prompts")).json()["items"]}
    assert not prompts[name]["replaceable"]


async def test_unknown_prompts_are_not_found(world: World) -> None:
    admin = await world.admin(world.acme)
    for path in ("en/voicemail/nothing", "en/music/hold", "any/voicemail/leave"):
        assert (await admin.put(f"{PATH}/{path}", content=wav(500))).status_code == 404, path
        assert (await admin.get(f"{PATH}/{path}/audio")).status_code == 404, path
    assert (await admin.put(f"{PATH}/fr/voicemail/leave", content=wav(500))).status_code == 422


async def test_users_can_play_but_not_change_sounds(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    assert (await anna.put(LEAVE, content=wav(500))).status_code == 403
    assert (await anna.delete(LEAVE)).status_code == 403
    assert (await anna.get(f"{LEAVE}/audio")).status_code == 200


@pytest.mark.promise("D3")
async def test_a_sound_is_erased_with_its_speaker(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    anna = await world.identity.extensions.get(world.acme.id, "1001")
    assert (await admin.put(LEAVE, params={"speaker": "1001"}, content=wav(700))).status_code == 200
    assert (await admin.put(MUSIC, content=wav(440, 4.0))).status_code == 200
    [own] = [one for one in world.services.custom_sounds.all(world.acme.id) if one.name == "voicemail/leave"]
    assert is_tone((await world.services.prompt_overrides.named("voicemail/leave", "en", world.acme.id))[0], 700)
    world.keys.destroy(world.acme.id, anna.subject)
    await world.audio.erase_subject(world.acme.id, anna.subject)
    assert [one.name for one in world.services.custom_sounds.all(world.acme.id)] == ["music/hold"]
    [sent] = await world.services.prompt_overrides.named("voicemail/leave", "en", world.acme.id)
    assert not is_tone(sent, 700)
    assert (await world.services.custom_sounds.load(*_place(own))) is None


async def test_an_unreadable_sound_falls_back_to_the_standard_one(world: World) -> None:
    admin = await world.admin(world.acme)
    assert (await admin.put(LEAVE, content=wav(700))).status_code == 200
    [own] = world.services.custom_sounds.all(world.acme.id)
    world.keys.destroy(world.acme.id, f"audio-{own.audio_id}")
    [sent] = await world.services.prompt_overrides.named("voicemail/leave", "en", world.acme.id)
    assert not is_tone(sent, 700)


async def test_custom_sounds_survive_a_restart(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.services.custom_sounds.put((world.acme.id, "any", "music/hold"), Sound(SPOKEN))
    before = world.services.custom_sounds.all(world.acme.id)
    await world.services.custom_sounds.start()
    assert world.services.custom_sounds.all(world.acme.id) == before
    assert len((await admin.get(PATH)).json()["items"]) == 1


async def test_a_prompt_is_synthesized_from_text(world: World) -> None:
    admin = await world.admin(world.acme)
    answer = await admin.put(f"{LEAVE}/text", json={"text": "Speak now, please.", "language": "en"})
    assert answer.status_code == 200, answer.text


def _place(own: object) -> tuple[str, str, str]:
    return own.tenant_id, own.language, own.name  # type: ignore[attr-defined]
