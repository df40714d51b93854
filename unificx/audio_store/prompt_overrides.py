"""Prompts of a tenant's calls: its custom sounds where they exist, else the standard prompts."""

from collections.abc import Sequence
from datetime import datetime

from unificx.audio_store.custom_sounds import OwnSounds
from unificx.media.sounds import Sound
from unificx.prompts import ANY, MUSIC, Prompts, known, say_moment, say_number


class Voice:
    """Implements `callapps.Prompts`."""

    def __init__(self, standard: Prompts, own: OwnSounds) -> None:
        self._standard = standard
        self._own = own

    async def named(self, name: str, language: str, tenant_id: str) -> Sequence[Sound]:
        return [await self._one(name, known(language), tenant_id)]

    async def number(self, value: int, language: str, tenant_id: str) -> Sequence[Sound]:
        names = say_number(value, known(language))
        return [await self._one(name, known(language), tenant_id) for name in names]

    async def moment(self, moment: datetime, now: datetime, language: str, tenant_id: str) -> Sequence[Sound]:
        """A day and a time, in the time zone of `now`."""
        names = say_moment(moment, now, known(language))
        return [await self._one(name, known(language), tenant_id) for name in names]

    async def music(self, tenant_id: str) -> Sound:
        """Music on hold, to be played in a loop."""
        return await self._one(MUSIC, ANY, tenant_id)

    async def _one(self, name: str, language: str, tenant_id: str) -> Sound:
        own = await self._own.to_play(tenant_id, ANY if name == MUSIC else language, name)
        return own or self._standard.sound(name, language)
