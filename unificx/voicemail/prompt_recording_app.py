"""*77: tenant administrators record custom prompts and music on hold by phone, in their own language."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from unificx.audio_store import OwnSounds, is_notice, limits, named_by
from unificx.callapps import App, Call, Clip
from unificx.core.errors import Invalid, StorageFull
from unificx.identity import DirectoryCache, Extension
from unificx.media.sounds import Sound
from unificx.prompts import ANY, MUSIC, known, recorded
from unificx.voicemail.service import Mailboxes
from unificx.voicemail.settings_app import own_settings

CODE = "*77"
_MUSIC, _GREETING = "0", "1"
_SILENCE = 8.0
_TRIES = 3
_MENU = (
    *("studio/to-hear", "press/1", "studio/to-record", "press/2", "studio/to-use-standard", "press/3"),
    *("general/to-go-back", "press/star"),
)
_KEEP = ("studio/to-use", "press/1", "general/to-cancel", "press/star")


@dataclass(frozen=True, slots=True)
class StudioParts:
    """`is_administrator`: whether the user of this extension administers the tenant."""

    own: OwnSounds
    boxes: Mailboxes
    directory: DirectoryCache
    may: Callable[[Extension], Awaitable[bool]]


def recording_sounds(parts: StudioParts) -> App:
    """The app that records a tenant's custom sounds."""
    return App("own-sounds", partial(studio, parts), (CODE,))


async def studio(parts: StudioParts, call: Call) -> None:
    extension = parts.directory.extension_by_id(call.caller.extension_id)
    if extension is None or not await parts.may(extension):
        await call.play("general/not-allowed", "general/goodbye")
        return
    for _ in range(_TRIES):
        await call.play_until_pressed("studio/enter-code", "studio/or-music", "studio/or-greeting")
        code = await call.digits(7, wait=8.0)  # six, and the terminating digit
        if not code:
            break
        if code == _GREETING:
            await own_settings(parts.boxes, call, extension)
            continue
        language = known(call.language)
        name = MUSIC if code == _MUSIC else named_by(code, language)
        if name is None:
            await call.play("studio/no-such-code")
        elif is_notice(name):
            await call.play("studio/stays")
        else:
            await _one(parts.own, call, extension, (ANY if name == MUSIC else language, name))
    await call.play("general/goodbye")


async def _one(own: OwnSounds, call: Call, by: Extension, place: tuple[str, str]) -> None:
    """Menu for one sound: play, record or remove, until left."""
    while True:
        match await call.play(*_MENU, keys="123*") or await call.digits(1):
            case "1":
                await call.play(place[1], keys="*#")
            case "2":
                await _record(own, call, by, place)
            case "3":
                current = own.get(by.tenant_id, *place)
                if current is not None:
                    await own.drop(current)
                await call.play("studio/standard-again")
            case _:
                return


async def _record(own: OwnSounds, call: Call, by: Extension, place: tuple[str, str]) -> None:
    """Record a sound owned by the speaker, and erased with them."""
    longest, level = limits(place[1])
    clip = Clip()
    await call.play("studio/record", "beep")
    await call.record(clip, longest=longest, stop_on="#", silence=_SILENCE)
    sound = await _made(clip, level)
    if sound is None or (await call.play(sound, *_KEEP, keys="1*") or await call.digits(1)) != "1":
        await call.play("general/cancelled")
        return
    try:
        await own.put((by.tenant_id, *place), sound, by.subject)
    except StorageFull:
        await call.play("general/unavailable")
        return
    await call.play("general/saved")


async def _made(clip: Clip, level: float) -> Sound | None:
    """Normalize to the loudness of the replaced sound; None for silence."""
    try:
        return await asyncio.to_thread(recorded, clip.sound, level)
    except Invalid:
        return None
