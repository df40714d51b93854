"""Prompts of a tenant's calls: its custom sounds where they exist, else the standard prompts."""

from collections.abc import Sequence
from datetime import datetime

from unificx.audio_store.custom_sounds import MENU_SOUNDS, OWN_SOUNDS, CustomSounds
from unificx.media.sounds import Sound
from unificx.prompts import ANY, MUSIC, Prompts, available_language, say_moment, say_number


class PromptOverrides:
    """Implements `callapps.Prompts`."""

    def __init__(self, standard: Prompts, custom: CustomSounds) -> None:
        self._standard = standard
        self._custom = custom

    async def named(self, name: str, language: str, tenant_id: str) -> Sequence[Sound]:
        return [await self._sound(name, available_language(language), tenant_id)]

    async def number(self, value: int, language: str, tenant_id: str) -> Sequence[Sound]:
        names = say_number(value, available_language(language))
        return [await self._sound(name, available_language(language), tenant_id) for name in names]

    async def moment(self, moment: datetime, now: datetime, language: str, tenant_id: str) -> Sequence[Sound]:
        """A day and a time, in the time zone of `now`."""
        names = say_moment(moment, now, available_language(language))
        return [await self._sound(name, available_language(language), tenant_id) for name in names]

    async def music(self, tenant_id: str) -> Sound:
        """Music on hold, to be played in a loop."""
        return await self._sound(MUSIC, ANY, tenant_id)

    async def _sound(self, name: str, language: str, tenant_id: str) -> Sound:
        in_any = name == MUSIC or name.startswith((OWN_SOUNDS, MENU_SOUNDS))
        custom = await self._custom.load(tenant_id, ANY if in_any else language, name)
        return custom or self._standard.sound(name, language)
