"""Voicemail deposit: greeting, tone, recording and review."""

import asyncio
from collections.abc import Awaitable
from functools import partial

from unificx.audio_store import Damaged, Reader
from unificx.callapps import LEAVE, App, Call, Mailbox, Said
from unificx.core.errors import DomainError, StorageFull
from unificx.media.sounds import Sound
from unificx.routing import CallApp
from unificx.voicemail.schemas import NewMessage
from unificx.voicemail.service import Draft, Mailboxes

SILENCE = 8.0
"""Seconds of silence that end a message."""


THINK = 6.0
"""Seconds to choose; without input the message is sent."""


_GREETINGS = {"busy": "voicemail/greeting-busy", "unreachable": "voicemail/greeting-unavailable"}


_SEND, _HEAR, _AGAIN, _DISCARD = "1", "2", "3", "*"


_CHOICES = _SEND + _HEAR + _AGAIN + _DISCARD + "#"


_MENU = (
    *("voicemail/to-send", "press/1", "voicemail/to-hear", "press/2"),
    *("voicemail/to-record-again", "press/3", "voicemail/to-discard", "press/star"),
)


def leaving(boxes: Mailboxes) -> App:
    """The deposit app for these mailboxes."""
    return App(LEAVE, partial(leave, boxes))


async def leave(boxes: Mailboxes, call: Call) -> None:
    box = call.mailbox or _group(boxes, call)
    if box is None:
        await call.play("voicemail/not-available")
    elif await boxes.is_full(call.caller.tenant_id, box.extension_id):
        await call.play("voicemail/mailbox-full")
    else:
        informed = await _tell(boxes, call, box)
        await _greet(boxes, call, box)
        while await _message(boxes, call, box, transcribe=informed) == _AGAIN:
            await call.play("voicemail/after-tone", keys="#")


async def _tell(boxes: Mailboxes, call: Call, box: Mailbox) -> bool:
    """Inform the caller that messages are transcribed, if they are. The notice cannot be skipped: without it there is
    no transcription."""
    if not boxes.transcribes(call.caller.tenant_id, box.extension_id):
        return False
    return bool(await call.tell("voicemail/transcribed"))


def at_group(boxes: Mailboxes, tenant_id: str, number: str) -> CallApp | None:
    """The routing target for a shared mailbox number, if there is one."""
    group = boxes.groups.at(tenant_id, number)
    return CallApp(LEAVE, (group.id,)) if group is not None else None


def _group(boxes: Mailboxes, call: Call) -> Mailbox | None:
    """The dialed shared mailbox; None if it accepts no messages."""
    group = boxes.groups.by_id(next(iter(call.arguments), ""))
    if group is None or not boxes.takes_messages(group):
        return None
    return Mailbox(group.id, group.number, group.subject)


async def _greet(boxes: Mailboxes, call: Call, box: Mailbox) -> None:
    """Play the custom greeting, else the standard one for the call's outcome; `#` skips it."""
    custom = await heard(boxes.greetings.to_play(call.caller.tenant_id, box.extension_id, box.why))
    greeting = custom or (
        "voicemail/greeting-group" if call.mailbox is None else _GREETINGS.get(box.why, "voicemail/greeting")
    )
    await call.play(greeting, "voicemail/notice", "voicemail/leave", keys="#")


async def _message(boxes: Mailboxes, call: Call, box: Mailbox, *, transcribe: bool) -> str:
    """Record one message, or one attempt; return the digit that decides about it."""
    caller = call.caller
    draft = await boxes.begin(
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
        longest = float(boxes.tenant(caller.tenant_id).longest_seconds)
        said = await call.record(draft, longest=longest, stop_on="#*3", silence=SILENCE)
        key = await _review(boxes, call, draft, said)
    except asyncio.CancelledError:  # hung up: keep what was recorded
        await (draft.drop() if call.recorded is None or call.recorded.silent else draft.keep())
        raise
    if key in (_AGAIN, _DISCARD):
        await draft.drop()
        if key == _DISCARD:
            await call.play("voicemail/discarded")
        return key
    await _sent(call, draft, said)
    return key


async def _review(boxes: Mailboxes, call: Call, draft: Draft, said: Said) -> str:
    """Let the caller review the message; return the digit that decides about it."""
    if said.silent:
        return _DISCARD
    if said.ended == "key" and said.key in (_AGAIN, _DISCARD):
        return said.key
    if said.ended != "key":  # ended by silence, maximum duration or an error
        return _SEND
    while True:
        key = await call.play(*_MENU, keys=_CHOICES) or await call.digits(1, wait=THINK)
        if key != _HEAR:
            return key if key in (_AGAIN, _DISCARD) else _SEND
        sound = await heard(boxes.reader(draft.message))
        if sound is not None:
            await call.play("voicemail/your-message", sound, keys="#")


async def _sent(call: Call, draft: Draft, said: Said) -> None:
    try:
        stored = await draft.keep()
    except StorageFull:
        stored = False
    if not stored:
        await call.play("voicemail/not-kept" if said.ended == "full" else "voicemail/too-short")
        return
    if said.ended in ("full", "longest"):
        await call.play("voicemail/too-long")
    await call.play("voicemail/sent")


async def heard(opening: Awaitable[Reader]) -> Sound | None:
    """Load a recording for playback; None if it was erased meanwhile or is damaged."""
    try:
        reader = await opening
        return Sound(await reader.read(), reader.header.rate)
    except (Damaged, DomainError):
        return None
