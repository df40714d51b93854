"""Tenant administrators record custom prompts, hold music and the prompts of menus by phone, in their own language."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from unificx.audio_store import OWN_SOUNDS, CustomSounds, is_notice, prompt_by_code, sound_limits
from unificx.callapps import App, Call, Clip
from unificx.core.errors import DomainError, Invalid
from unificx.db import shield_until_done
from unificx.identity import DirectoryCache, Extension
from unificx.media.sounds import Sound
from unificx.prompts import ANY, MUSIC, PromptNotFound, available_language, normalize_recording
from unificx.voicemail.service import Mailboxes
from unificx.voicemail.settings_menu import settings_menu

_MUSIC, _GREETING = "0", "1"
_SILENCE_SECONDS = 8.0
_MAX_ROUNDS = 3
_MAX_CODE = 8
"""Digits of a code or of the number of a menu."""
_HEAR_OR_RECORD = ("studio/to-hear", "press/1", "studio/to-record", "press/2")
_BACK = ("general/to-go-back", "press/star")
_MENU = (*_HEAR_OR_RECORD, "studio/to-use-standard", "press/3", *_BACK)
_KEEP = ("studio/to-use", "press/1", "general/to-cancel", "press/star")


@dataclass(frozen=True, slots=True)
class PromptRecordingDependencies:
    """`menu_sound`: name of a menu's sound by tenant and number, None without one; `set_menu_sound` has it play
    another one; `is_administrator`: whether the user of this extension administers the tenant."""

    custom_sounds: CustomSounds
    menu_sound: Callable[[str, str], str | None]
    set_menu_sound: Callable[[str, str, str], Awaitable[None]]
    boxes: Mailboxes
    directory: DirectoryCache
    is_administrator: Callable[[Extension], Awaitable[bool]]


def prompt_recording_app(deps: PromptRecordingDependencies) -> App:
    """The app that records a tenant's custom sounds."""
    return App.of_feature("own-sounds", partial(_record_prompts, deps))


async def _record_prompts(deps: PromptRecordingDependencies, call: Call) -> None:
    extension = deps.directory.extension_by_id(call.caller.extension_id)
    if extension is None or not await deps.is_administrator(extension):
        await call.play("general/not-allowed", "general/goodbye")
        return
    for _ in range(_MAX_ROUNDS):
        await call.play_until_digit("studio/enter-code", "studio/or-music", "studio/or-greeting", "studio/or-menu")
        code = await call.read_digits(_MAX_CODE + 1, timeout_seconds=8.0)  # with the terminating digit
        if not code:
            break
        if code == _GREETING:
            await settings_menu(deps.boxes, call, extension)
            continue
        language = available_language(call.language)
        name = MUSIC if code == _MUSIC else prompt_by_code(code, language)
        if name is None and deps.menu_sound(extension.tenant_id, code) is not None:
            await _menu_prompt(deps, call, extension, code)
        elif name is None:
            await call.play("studio/no-such-code")
        elif is_notice(name):
            await call.play("studio/stays")
        else:
            await _replace_sound(deps.custom_sounds, call, extension, (ANY if name == MUSIC else language, name))
    await call.play("general/goodbye")


async def _menu_prompt(deps: PromptRecordingDependencies, call: Call, extension: Extension, number: str) -> None:
    """Choices for the prompt of a menu: play or record, until left.

    A sound with a name of its own is recorded anew; otherwise a new one takes the place of the menu's text.
    """
    while (current := deps.menu_sound(extension.tenant_id, number)) is not None:
        name = current if current.startswith(OWN_SOUNDS) else f"{OWN_SOUNDS}menu-{number}"

        async def store(sound: Sound, name: str = name, current: str = current) -> None:
            await deps.custom_sounds.put((extension.tenant_id, ANY, name), sound, extension.subject)
            if name != current:
                await deps.set_menu_sound(extension.tenant_id, number, name)

        match await call.play(*_HEAR_OR_RECORD, *_BACK, escape_digits="12*") or await call.read_digits(1):
            case "1":
                with suppress(PromptNotFound):  # the speaker was erased
                    await call.play(current, escape_digits="*#")
            case "2":
                await _record(call, name, store)
            case _:
                return


async def _replace_sound(
    custom_sounds: CustomSounds, call: Call, extension: Extension, sound_key: tuple[str, str]
) -> None:
    """Choices for one sound: play, record or remove, until left."""

    async def store(sound: Sound) -> None:
        await custom_sounds.put((extension.tenant_id, *sound_key), sound, extension.subject)

    while True:
        match await call.play(*_MENU, escape_digits="123*") or await call.read_digits(1):
            case "1":
                await call.play(sound_key[1], escape_digits="*#")
            case "2":
                await _record(call, sound_key[1], store)
            case "3":
                current = custom_sounds.get(extension.tenant_id, *sound_key)
                if current is not None:
                    await custom_sounds.drop(current)
                await call.play("studio/standard-again")
            case _:
                return


async def _record(call: Call, name: str, store: Callable[[Sound], Coroutine[Any, Any, None]]) -> None:
    """Record a sound and store it, also if the caller hangs up meanwhile: it is owned by the speaker, and erased with
    them."""
    longest, level = sound_limits(name)
    clip = Clip()
    await call.play("studio/record", "beep")
    await call.record(clip, max_seconds=longest, stop_digits="#", silence_seconds=_SILENCE_SECONDS)
    sound = await _normalized(clip, level)
    if sound is None or (await call.play(sound, *_KEEP, escape_digits="1*") or await call.read_digits(1)) != "1":
        await call.play("general/cancelled")
        return
    try:
        await shield_until_done(store(sound))
    except DomainError:
        await call.play("general/unavailable")
        return
    await call.play("general/saved")


async def _normalized(clip: Clip, level: float) -> Sound | None:
    """Normalize to the loudness of the replaced sound; None for silence."""
    try:
        return await asyncio.to_thread(normalize_recording, clip.sound, level)
    except Invalid:
        return None
