"""Content of a message for e-mails about voicemail: the caller, and the audio as WAV, each where it is enabled.

Both are fetched when the e-mail is sent: a queued e-mail is sealed for its recipient and must hold nothing of a caller.
"""

import structlog

from unificx.audio_store import AudioStoreDependencies, CorruptAudio, wav_header
from unificx.core.access import Access, stating
from unificx.voicemail import message_repository
from unificx.voicemail.schemas import CallerId, Message
from unificx.voicemail.service import Mailboxes

log = structlog.get_logger()
MAX_ATTACHMENT_BYTES = 7 << 20
"""Limit for a message's samples. Base64 adds a third, and most mail servers accept 10 MB: 7 minutes of narrowband
audio, half of that in wideband."""


class VoicemailAttachments:
    """Provides message audio to the notification service."""

    def __init__(self, deps: AudioStoreDependencies, boxes: Mailboxes) -> None:
        self._deps = deps
        self._boxes = boxes

    async def load(self, tenant_id: str, message_id: str, extension_id: str) -> bytes | None:
        """Return a message as WAV for the owner of an extension it was left for; None if it may not be sent or is too
        long. Raises NotFound and Expired for a message that no longer exists; ServiceUnavailable."""
        message = await self._message(tenant_id, message_id)
        is_owner = extension_id in self._boxes.shared.owners(message.extension_id)
        if not (is_owner and self._boxes.emails_audio(tenant_id, extension_id)):
            return None
        try:
            reader = await self._boxes.open(message)
            if reader.length > MAX_ATTACHMENT_BYTES:
                return None
            pcm = await reader.read()
        except CorruptAudio:
            log.warning("message_not_mailed", recording=message.audio_id)
            return None
        return wav_header(len(pcm), reader.header.rate, reader.header.channels) + pcm

    async def caller(self, tenant_id: str, message_id: str, extension_id: str) -> str:
        """Return name and number of the caller for the owner of an extension; "" if they may not be sent or the caller
        was erased. Raises NotFound and Expired for a message that no longer exists."""
        message = await self._message(tenant_id, message_id)
        is_owner = extension_id in self._boxes.shared.owners(message.extension_id)
        if not (is_owner and self._boxes.mailbox_settings(extension_id).mail_caller):
            return ""
        return f"{message.caller.name} {message.caller.number}".strip() if isinstance(message.caller, CallerId) else ""

    async def _message(self, tenant_id: str, message_id: str) -> Message:
        """Return a message, for the purpose of the e-mail and not of the queue."""
        with stating(Access("telephony", "voicemail letters", tenant_id)):
            return await self._boxes.get(tenant_id, message_id)

    async def mark_sent(self, tenant_id: str, message_id: str) -> None:
        """Record that a copy was e-mailed; shown wherever the message is shown or erased."""
        async with self._deps.database.begin() as uow:
            await message_repository.mark_emailed(uow.session, tenant_id, message_id, self._deps.clock.now())
