"""Messages as letters bring them: as sound, where their owner wants it and the organisation lets him.

Whoever sends a letter asks for it at that moment: one that waits has no sound in it that would have to be erased.
"""

import structlog

from unificx.recordings import messages, wav
from unificx.recordings.audio import AudioParts
from unificx.recordings.mailboxes import Mailboxes
from unificx.recordings.sealing import Damaged

log = structlog.get_logger()
MOST_BYTES = 7 << 20
"""Of a message's samples: a third more in a letter, which most mail servers take up to 10 MB of. 7 minutes of what a
telephone hears, half of that in wideband."""


class Mailed:
    """Fills `notices.ports.Sounds`."""

    def __init__(self, parts: AudioParts, boxes: Mailboxes) -> None:
        self._parts = parts
        self._boxes = boxes

    async def sound(self, tenant_id: str, message_id: str, extension_id: str) -> bytes | None:
        """A message as WAV, for the owner of an extension it was left for; None where it is not to be sent, or is too
        long for that. Raises NotFound and Over for a message that is no more; Away."""
        message = await self._boxes.get(tenant_id, message_id)
        its_own = extension_id in self._boxes.groups.owners(message.extension_id)
        if not (its_own and self._boxes.mails_sound(tenant_id, extension_id)):
            return None
        try:
            reader = await self._boxes.reader(message)
            if reader.length > MOST_BYTES:
                return None
            pcm = await reader.read()
        except Damaged:
            log.warning("message_not_mailed", recording=message.audio_id)
            return None
        return wav.header(len(pcm), reader.header.rate, reader.header.channels) + pcm

    async def sent(self, tenant_id: str, message_id: str) -> None:
        """A copy left the house: from here on it is said wherever the message is shown or erased."""
        async with self._parts.database.begin() as uow:
            await messages.note_mailed(uow.session, tenant_id, message_id, self._parts.clock.now())
