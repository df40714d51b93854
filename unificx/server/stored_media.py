"""Bytes of the sealed media of all tenants, which plans charge."""

from collections import Counter
from collections.abc import Mapping

from unificx.attachments import stored_attachment_bytes
from unificx.audio_store import AudioStore
from unificx.db import Database


async def stored_media(database: Database, audio: AudioStore) -> Mapping[str, int] | None:
    """Return the bytes of recordings, voicemail and other sounds, and of files in chats, by tenant; None while sizes
    of files have to be looked up. Raises ServiceUnavailable."""
    sounds = await audio.stored_bytes()
    async with database.read() as session:
        return None if sounds is None else Counter(sounds) + Counter(await stored_attachment_bytes(session))
