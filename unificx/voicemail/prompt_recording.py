"""Tenant administrators record custom prompts and music on hold by phone, in their own language."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from unificx.audio_store import CustomSounds, is_notice, prompt_by_code, sound_limits
from unificx.callapps import App, Call, Clip
from unificx.core.errors import Invalid, StorageFull
from unificx.identity import DirectoryCache, Extension
from unificx.media.sounds import Sound
from unificx.prompts import ANY, MUSIC, available_language, normalize_recording
from unificx.voicemail.service import Mailboxes
from unificx.voicemail.settings_menu import settings_menu

_MUSIC, _GREETING = "0", "1"
_SILENCE_SECONDS = 8.0
_MAX_ROUNDS = 3
_MENU = (
    *("studio/to-hear", "press/1", "studio/to-record", "press/2", "studio/to-use-standard", "press/3"),
    *("general/to-go-back", "press/star"),
)
_KEEP = ("studio/to-use", "press/1", "general/to-cancel", "press/star")


@dataclass(frozen=True, slots=True)
class PromptRecordingParts:
    """`is_administrator`: whether the user of this extension administers the tenant."""

    custom_sounds: CustomSounds
    boxes: Mailboxes
    directory: DirectoryCache
    is_administrator: Callable[[Extension], Awaitable[bool]]


def prompt_recording_app(parts: PromptRecordingParts) -> App:
    """The app that records a tenant's custom sounds."""
    return App.of_feature("own-sounds", partial(record_prompts, parts))


async def record_prompts(parts: PromptRecordingParts, call: Call) -> None:
    extension = parts.directory.extension_by_id(call.caller.extension_id)
    if extension is None or not await parts.is_administrator(extension):
        await call.play("general/not-allowed", "general/goodbye")
        return
    for _ in range(_MAX_ROUNDS):
        await call.play_until_digit("studio/enter-code", "studio/or-music", "studio/or-greeting")
        code = await call.read_digits(7, timeout_seconds=8.0)  # six, and the terminating digit
        if not code:
            break
        if code == _GREETING:
            await settings_menu(parts.boxes, call, extension)
            continue
        language = available_language(call.language)
        name = MUSIC if code == _MUSIC else prompt_by_code(code, language)
        if name is None:
            await call.play("studio/no-such-code")
        elif is_notice(name):
            await call.play("studio/stays")
        else:
            await _sound_menu(parts.custom_sounds, call, extension, (ANY if name == MUSIC else language, name))
    await call.play("general/goodbye")


async def _sound_menu(
    custom_sounds: CustomSounds, call: Call, extension: Extension, sound_key: tuple[str, str]
) -> None:
    """Menu for one sound: play, record or remove, until left."""
    while True:
        match await call.play(*_MENU, escape_digits="123*") or await call.read_digits(1):
            case "1":
                await call.play(sound_key[1], escape_digits="*#")
            case "2":
                await _record(custom_sounds, call, extension, sound_key)
            case "3":
                current = custom_sounds.get(extension.tenant_id, *sound_key)
                if current is not None:
                    await custom_sounds.drop(current)
                await call.play("studio/standard-again")
            case _:
                return


async def _record(custom_sounds: CustomSounds, call: Call, extension: Extension, sound_key: tuple[str, str]) -> None:
    """Record a sound owned by the speaker, and erased with them."""
    longest, level = sound_limits(sound_key[1])
    clip = Clip()
    await call.play("studio/record", "beep")
    await call.record(clip, max_seconds=longest, stop_digits="#", silence_seconds=_SILENCE_SECONDS)
    sound = await _normalized(clip, level)
    if sound is None or (await call.play(sound, *_KEEP, escape_digits="1*") or await call.read_digits(1)) != "1":
        await call.play("general/cancelled")
        return
    try:
        await custom_sounds.put((extension.tenant_id, *sound_key), sound, extension.subject)
    except StorageFull:
        await call.play("general/unavailable")
        return
    await call.play("general/saved")


async def _normalized(clip: Clip, level: float) -> Sound | None:
    """Normalize to the loudness of the replaced sound; None for silence."""
    try:
        return await asyncio.to_thread(normalize_recording, clip.sound, level)
    except Invalid:
        return None
