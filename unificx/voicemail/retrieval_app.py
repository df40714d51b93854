"""Voicemail retrieval: *97 from the user's own phone, *98 from any phone with mailbox number and PIN."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from unificx.callapps import App, Call, Spoken
from unificx.core.errors import TooManyRequests
from unificx.identity import DirectoryCache
from unificx.prompts import say_digits, say_messages
from unificx.voicemail.deposit_app import heard
from unificx.voicemail.schemas import Box, Left, Message
from unificx.voicemail.service import Mailboxes
from unificx.voicemail.settings_app import own_settings

TRIES = 3
"""PIN attempts per call."""
_AGAIN, _NEXT, _PREVIOUS, _DETAILS, _DELETE, _OWN = "1", "2", "3", "4", "7", "0"
_KEYS = _AGAIN + _NEXT + _PREVIOUS + _DETAILS + _DELETE + _OWN
_MENU = (
    *("voicemail/to-hear-again", "press/1", "voicemail/to-hear-next", "press/2"),
    *("voicemail/to-hear-previous", "press/3", "voicemail/to-hear-details", "press/4"),
)
_DELETABLE, _RESTORABLE = ("voicemail/to-delete", "press/7"), ("voicemail/to-restore", "press/7")
_SETTINGS = ("voicemail/to-change-settings", "press/0")
_ROUNDS = 3
"""How often the menu is played without input."""


def hearing(boxes: Mailboxes, directory: DirectoryCache) -> tuple[App, App]:
    """The retrieval apps."""
    return (
        App("voicemail-own", partial(own, boxes, directory), ("*97",)),
        App("voicemail-any", partial(of_anybody, boxes, directory), ("*98",)),
    )


async def own(boxes: Mailboxes, directory: DirectoryCache, call: Call) -> None:
    """Open the calling extension's mailbox; the phone's registration authenticates it."""
    extension = directory.extension_by_id(call.caller.extension_id)
    if extension is None:
        await call.play("voicemail/not-available")
        return
    await _mailbox(boxes, call, extension)


async def of_anybody(boxes: Mailboxes, directory: DirectoryCache, call: Call) -> None:
    """Open any mailbox of the tenant, by number and PIN. An unknown number is treated like a wrong PIN. Members need no
    PIN for a shared mailbox: their phones are authenticated."""
    await call.play_until_pressed("voicemail/enter-mailbox")
    number, tenant_id = await call.digits(15), call.caller.tenant_id
    group = boxes.groups.at(tenant_id, number)
    if group is not None and call.caller.extension_id in group.members:
        await _mailbox(boxes, call, group)
        return
    box = directory.extension(tenant_id, number) or group
    for _ in range(TRIES):
        await call.play_until_pressed("voicemail/enter-pin")
        pin = await call.digits(12)
        try:
            correct = await boxes.opens(tenant_id, box.id if box is not None else "", pin)
        except TooManyRequests:
            await call.play("general/too-many-tries")
            return
        if correct and box is not None:
            await _mailbox(boxes, call, box)
            return
        await call.play("voicemail/wrong-pin")
    await call.play("general/too-many-tries")


@dataclass(slots=True)
class _Walk:
    """The position in the message list: new messages first, then old ones, each oldest first."""

    messages: Sequence[Message]
    at: int = 0

    @property
    def message(self) -> Message:
        return self.messages[self.at]


async def _mailbox(boxes: Mailboxes, call: Call, box: Box) -> None:
    found = sorted(await boxes.list(box.tenant_id, [box.id]), key=lambda one: one.created)
    new, old = [one for one in found if one.heard is None], [one for one in found if one.heard is not None]
    await call.play("voicemail/welcome", *say_messages(len(new), len(old), call.language), keys="#")
    if found:
        await _walk(boxes, call, box, _Walk([*new, *old]))
    elif await call.play(*_SETTINGS, keys=_OWN) or await call.digits(1) == _OWN:
        await own_settings(boxes, call, box)
    await call.play("general/goodbye")


async def _walk(boxes: Mailboxes, call: Call, box: Box, walk: _Walk) -> None:
    archived: set[str] = set()
    key = await _hear(boxes, call, walk.message)
    while True:
        message = walk.message
        key = key or await _choice(call, archived=message.id in archived)
        match key:
            case "":
                return
            case "1":
                key = await _hear(boxes, call, message)
            case "2" | "3":
                key = await _step(boxes, call, walk, 1 if key == _NEXT else -1)
            case "4":
                key = await call.play(*_details(message), keys=_KEYS)
            case "7":
                key = await _toggle_archived(boxes, call, message, archived)
            case _:
                await own_settings(boxes, call, box)
                key = ""


async def _step(boxes: Mailboxes, call: Call, walk: _Walk, step: int) -> str:
    """Go to the next or previous message."""
    if not 0 <= walk.at + step < len(walk.messages):
        return await call.play("voicemail/no-more", keys=_KEYS)
    walk.at += step
    return await _hear(boxes, call, walk.message)


async def _choice(call: Call, *, archived: bool) -> str:
    """Play the menu and return the chosen digit; "" without input."""
    menu = (*_MENU, *(_RESTORABLE if archived else _DELETABLE), *_SETTINGS)
    for _ in range(_ROUNDS):
        key = await call.play(*menu, keys=_KEYS) or await call.digits(1)
        if key in _KEYS and key:
            return key
    return ""


async def _hear(boxes: Mailboxes, call: Call, message: Message) -> str:
    """Play a message, preceded by its time and caller."""
    sound = await heard(boxes.reader(message))
    if sound is None:
        return await call.play("voicemail/not-readable", keys=_KEYS)
    await boxes.heard(message)
    return await call.play(*_details(message), sound, keys=_KEYS)


def _details(message: Message) -> "tuple[str | Spoken, ...]":
    return ("voicemail/received", Spoken(message.created), *_sender(message))


def _sender(message: Message) -> tuple[str, ...]:
    caller = message.caller
    if not isinstance(caller, Left) or not caller.number:
        return ("voicemail/from-unknown",)
    internal = len(caller.number) < 7 and caller.number.isdigit()
    return ("voicemail/from-extension" if internal else "voicemail/from-number", *say_digits(caller.number))


async def _toggle_archived(boxes: Mailboxes, call: Call, message: Message, archived: set[str]) -> str:
    """Archive a message, or restore it."""
    if message.id in archived:
        archived.discard(message.id)
        await boxes.restore(message)
        return await call.play("voicemail/restored", keys=_KEYS)
    archived.add(message.id)
    await boxes.hide(message)
    return await call.play("voicemail/deleted", keys=_KEYS)
