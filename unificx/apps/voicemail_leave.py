"""Voicemail, the caller's side: a greeting, a tone, a message, and a second thought about it."""

import asyncio
from collections.abc import Awaitable
from functools import partial

from unificx.apps.call import App, Call
from unificx.apps.contracts import Mailbox, Said
from unificx.kernel.errors import NoRoom, Refused
from unificx.media.sounds import Sound
from unificx.recordings import Damaged, Draft, Mailboxes, NewMessage, Reader
from unificx.routing import Hosted

LEAVE = "voicemail-leave"
"""The app's name, by which calls nobody takes are sent here."""
SILENCE = 8.0
"""Seconds of silence that end a message."""
THINK = 6.0
"""Seconds to decide; whoever says nothing has sent the message."""
_GREETINGS = {"busy": "voicemail/greeting-busy", "unreachable": "voicemail/greeting-unavailable"}
_SEND, _HEAR, _AGAIN, _DISCARD = "1", "2", "3", "*"
_CHOICES = _SEND + _HEAR + _AGAIN + _DISCARD + "#"
_MENU = (
    *("voicemail/to-send", "press/1", "voicemail/to-hear", "press/2"),
    *("voicemail/to-record-again", "press/3", "voicemail/to-discard", "press/star"),
)


def leaving(boxes: Mailboxes) -> App:
    """The app that takes messages for these mailboxes."""
    return App(LEAVE, partial(leave, boxes))


async def leave(boxes: Mailboxes, call: Call) -> None:
    box = call.mailbox or _group(boxes, call)
    if box is None:
        await call.play("voicemail/not-available")
    elif await boxes.is_full(call.caller.tenant_id, box.extension_id):
        await call.play("voicemail/mailbox-full")
    else:
        told = await _tell(boxes, call, box)
        await _greet(boxes, call, box)
        while await _message(boxes, call, box, transcribe=told) == _AGAIN:
            await call.play("voicemail/after-tone", keys="#")


async def _tell(boxes: Mailboxes, call: Call, box: Mailbox) -> bool:
    """Tell the caller that messages become text, if they do. No key passes over it: whoever was not told is not."""
    if not boxes.transcribes(call.caller.tenant_id, box.extension_id):
        return False
    return bool(await call.tell("voicemail/transcribed"))


def at_group(boxes: Mailboxes, tenant_id: str, number: str) -> Hosted | None:
    """The way into the mailbox of a group, if the number is one's."""
    group = boxes.groups.at(tenant_id, number)
    return Hosted(LEAVE, (group.id,)) if group is not None else None


def _group(boxes: Mailboxes, call: Call) -> Mailbox | None:
    """The mailbox of a group that was dialled; None if it takes no messages."""
    group = boxes.groups.by_id(next(iter(call.arguments), ""))
    if group is None or not boxes.takes_messages(group):
        return None
    return Mailbox(group.id, group.number, group.subject)


async def _greet(boxes: Mailboxes, call: Call, box: Mailbox) -> None:
    """The owner's own words, else ours for what became of the call; the hash key is for who knows it all."""
    own = await heard(boxes.greetings.to_play(call.caller.tenant_id, box.extension_id, box.why))
    first = own or (
        "voicemail/greeting-group" if call.mailbox is None else _GREETINGS.get(box.why, "voicemail/greeting")
    )
    await call.play(first, "voicemail/notice", "voicemail/leave", keys="#")


async def _message(boxes: Mailboxes, call: Call, box: Mailbox, *, transcribe: bool) -> str:
    """One message, or one try at it; the key that says what becomes of it."""
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
    except asyncio.CancelledError:  # hung up: what was said is said
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
    """What becomes of the message."""
    if said.silent:
        return _DISCARD
    if said.ended == "key" and said.key in (_AGAIN, _DISCARD):
        return said.key
    if said.ended != "key":  # nobody pressed anything, or nothing more could be taken
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
        kept = await draft.keep()
    except NoRoom:
        kept = False
    if not kept:
        await call.play("voicemail/not-kept" if said.ended == "full" else "voicemail/too-short")
        return
    if said.ended in ("full", "longest"):
        await call.play("voicemail/too-long")
    await call.play("voicemail/sent")


async def heard(opening: Awaitable[Reader]) -> Sound | None:
    """A recording to be played; None for one that cannot be: erased meanwhile, or damaged."""
    try:
        reader = await opening
        return Sound(await reader.read(), reader.header.rate)
    except (Damaged, Refused):
        return None
