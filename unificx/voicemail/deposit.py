"""Voicemail deposit: greeting, tone, recording and review."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from unificx.audio_store import AudioReader, CorruptAudio
from unificx.callapps import App, Call, CalledMailbox, RecordResult
from unificx.core.errors import DomainError
from unificx.identity import DirectoryCache
from unificx.media.sounds import Sound
from unificx.presence import PresenceState
from unificx.routing import VOICEMAIL_APP, Destination, DestinationRef, Reject, Rejection, Voicemail
from unificx.voicemail.schemas import NewMessage
from unificx.voicemail.service import Mailboxes, MessageWriter

SILENCE_SECONDS = 8.0
"""Seconds of silence that end a message."""


REVIEW_TIMEOUT = 6.0
"""Seconds to choose; without input the message is sent."""


_GREETINGS = {"busy": "voicemail/greeting-busy", "unreachable": "voicemail/greeting-unavailable"}


_SEND, _HEAR, _AGAIN, _DISCARD = "1", "2", "3", "*"


_CHOICES = _SEND + _HEAR + _AGAIN + _DISCARD + "#"


_MENU = (
    *("voicemail/to-send", "press/1", "voicemail/to-hear", "press/2"),
    *("voicemail/to-record-again", "press/3", "voicemail/to-discard", "press/star"),
)


def deposit_app(boxes: Mailboxes, state_of: Callable[[str], PresenceState] = lambda box_id: "available") -> App:
    """The deposit app for these mailboxes. `state_of`: presence of the owner of a mailbox, which may have a greeting
    of its own."""
    return App(VOICEMAIL_APP, partial(_deposit, boxes, state_of))


async def _deposit(boxes: Mailboxes, state_of: Callable[[str], PresenceState], call: Call) -> None:
    box = _shared_mailbox(boxes, call) if call.arguments else call.mailbox
    if box is None:
        await call.play("voicemail/not-available")
    elif await boxes.is_full(call.caller.tenant_id, box.extension_id):
        await call.play("voicemail/mailbox-full")
    else:
        informed = await _inform_transcription(boxes, call, box)
        await _play_greeting(boxes, call, box, state_of(box.extension_id))
        while await _record_message(boxes, call, box, transcribe=informed) == _AGAIN:
            await call.play("voicemail/after-tone", escape_digits="#")


async def _inform_transcription(boxes: Mailboxes, call: Call, box: CalledMailbox) -> bool:
    """Inform the caller that messages are transcribed, if they are. The notice cannot be skipped: without it there is
    no transcription."""
    if not boxes.is_transcribed(call.caller.tenant_id, box.extension_id):
        return False
    return bool(await call.play_notice("voicemail/transcribed"))


class MailboxKind:
    """`mailbox:1001`: the shared mailboxes, and those of the extensions. Only a shared one is dialled by its number."""

    kind = "mailbox"

    def __init__(self, boxes: Mailboxes, directory: DirectoryCache) -> None:
        self._boxes = boxes
        self._directory = directory

    def find(self, tenant_id: str, name: str) -> Destination | None:
        extension = self._directory.extension(tenant_id, name)
        if extension is None:
            return self.at_number(tenant_id, name)
        accepts = self._boxes.accepts_messages(extension)
        return Voicemail(extension=extension) if accepts else Reject(Rejection.UNREACHABLE)

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        shared = self._boxes.shared.by_number(tenant_id, dialled)
        return Voicemail(shared.id, number=shared.number, name=shared.name) if shared is not None else None

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        del tenant_id
        return {}


def _shared_mailbox(boxes: Mailboxes, call: Call) -> CalledMailbox | None:
    """The dialed shared mailbox; None if it accepts no messages."""
    group = boxes.shared.by_id(next(iter(call.arguments), ""))
    if group is None or not boxes.accepts_messages(group):
        return None
    return CalledMailbox(group.id, group.number, group.subject)


async def _play_greeting(boxes: Mailboxes, call: Call, box: CalledMailbox, state: PresenceState) -> None:
    """Play the custom greeting, else the standard one for the call's outcome; `#` skips it."""
    custom = await load_sound(boxes.greetings.open_current(call.caller.tenant_id, box.extension_id, box.reason, state))
    greeting = custom or (
        "voicemail/greeting-group" if call.mailbox is None else _GREETINGS.get(box.reason, "voicemail/greeting")
    )
    await call.play(greeting, "voicemail/notice", "voicemail/leave", escape_digits="#")


async def _record_message(boxes: Mailboxes, call: Call, box: CalledMailbox, *, transcribe: bool) -> str:
    """Record one message, or one attempt; return the digit that decides about it."""
    caller = call.caller
    writer = await boxes.begin(
        NewMessage(
            tenant_id=caller.tenant_id,
            extension_id=box.extension_id,
            owner_subject=box.subject,
            call_id=call.id,
            caller_subject=caller.subject,
            number=caller.number,
            name=caller.name,
            transcribe=transcribe,
        )
    )
    try:
        await call.play("beep")
        max_seconds = float(boxes.tenant_settings(caller.tenant_id).longest_seconds)
        result = await call.record(writer, max_seconds=max_seconds, stop_digits="#*3", silence_seconds=SILENCE_SECONDS)
        digit = await _review(boxes, call, writer, result)
    except asyncio.CancelledError:  # hung up: keep what was recorded
        await (writer.discard() if call.last_recording is None or call.last_recording.silent else writer.store())
        raise
    if digit in (_AGAIN, _DISCARD):
        await writer.discard()
        if digit == _DISCARD:
            await call.play("voicemail/discarded")
        return digit
    await _store_message(call, writer, result)
    return digit


async def _review(boxes: Mailboxes, call: Call, writer: MessageWriter, result: RecordResult) -> str:
    """Let the caller review the message; return the digit that decides about it."""
    if result.silent:
        return _DISCARD
    if result.ended == "key" and result.digit in (_AGAIN, _DISCARD):
        return result.digit
    if result.ended != "key":  # ended by silence, maximum duration or an error
        return _SEND
    while True:
        digit = await call.play(*_MENU, escape_digits=_CHOICES) or await call.read_digits(
            1, timeout_seconds=REVIEW_TIMEOUT
        )
        if digit != _HEAR:
            return digit if digit in (_AGAIN, _DISCARD) else _SEND
        sound = await load_sound(boxes.open(writer.message))
        if sound is not None:
            await call.play("voicemail/your-message", sound, escape_digits="#")


async def _store_message(call: Call, writer: MessageWriter, result: RecordResult) -> None:
    if not await writer.store():
        await call.play("voicemail/not-kept" if result.ended == "full" else "voicemail/too-short")
        return
    if result.ended in ("full", "longest"):
        await call.play("voicemail/too-long")
    await call.play("voicemail/sent")


async def load_sound(opening: Awaitable[AudioReader]) -> Sound | None:
    """Load a recording for playback; None if it was erased meanwhile or is damaged."""
    try:
        reader = await opening
        return Sound(await reader.read(), reader.header.rate)
    except (CorruptAudio, DomainError):
        return None
