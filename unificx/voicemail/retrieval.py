"""Voicemail retrieval: from the user's own phone, or from any phone with mailbox number and PIN."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from unificx.callapps import App, Call, SpokenValue
from unificx.core.errors import Expired, TooManyRequests
from unificx.identity import DirectoryCache
from unificx.prompts import say_digits, say_messages
from unificx.voicemail.deposit import load_sound
from unificx.voicemail.schemas import CallerId, Mailbox, Message
from unificx.voicemail.service import Mailboxes
from unificx.voicemail.settings_menu import settings_menu

MAX_PIN_ATTEMPTS = 3
"""PIN attempts per call."""
_AGAIN, _NEXT, _PREVIOUS, _DETAILS, _DELETE, _SETTINGS_DIGIT = "1", "2", "3", "4", "7", "0"
_DIGITS = _AGAIN + _NEXT + _PREVIOUS + _DETAILS + _DELETE + _SETTINGS_DIGIT
_MENU = (
    *("voicemail/to-hear-again", "press/1", "voicemail/to-hear-next", "press/2"),
    *("voicemail/to-hear-previous", "press/3", "voicemail/to-hear-details", "press/4"),
)
_DELETABLE, _RESTORABLE = ("voicemail/to-delete", "press/7"), ("voicemail/to-restore", "press/7")
_SETTINGS = ("voicemail/to-change-settings", "press/0")
_MENU_REPEATS = 3
"""How often the menu is played without input."""


def retrieval_apps(boxes: Mailboxes, directory: DirectoryCache) -> tuple[App, App]:
    """The retrieval apps."""
    return (
        App.of_feature("voicemail-own", partial(_own_mailbox, boxes, directory)),
        App.of_feature("voicemail-any", partial(_any_mailbox, boxes, directory)),
    )


async def _own_mailbox(boxes: Mailboxes, directory: DirectoryCache, call: Call) -> None:
    """Open the calling extension's mailbox; the phone's registration authenticates it."""
    extension = directory.extension_by_id(call.caller.extension_id)
    if extension is None:
        await call.play("voicemail/not-available")
        return
    await _open_mailbox(boxes, call, extension)


async def _any_mailbox(boxes: Mailboxes, directory: DirectoryCache, call: Call) -> None:
    """Open any mailbox of the tenant, by number and PIN. An unknown number is treated like a wrong PIN. Members need no
    PIN for a shared mailbox: their phones are authenticated."""
    await call.play_until_digit("voicemail/enter-mailbox")
    number, tenant_id = await call.read_digits(15), call.caller.tenant_id
    group = boxes.shared.by_number(tenant_id, number)
    if group is not None and call.caller.extension_id in group.members:
        await _open_mailbox(boxes, call, group)
        return
    box = directory.extension(tenant_id, number) or group
    for _ in range(MAX_PIN_ATTEMPTS):
        await call.play_until_digit("voicemail/enter-pin")
        pin = await call.read_digits(12)
        try:
            correct = await boxes.check_pin(tenant_id, box.id if box is not None else number, pin)
        except TooManyRequests:
            await call.play("general/too-many-tries")
            return
        if correct and box is not None:
            await _open_mailbox(boxes, call, box)
            return
        await call.play("voicemail/wrong-pin")
    await call.play("general/too-many-tries")


@dataclass(slots=True)
class _MessageCursor:
    """The position in the message list: new messages first, then old ones, each oldest first."""

    messages: Sequence[Message]
    at: int = 0

    @property
    def message(self) -> Message:
        return self.messages[self.at]


async def _open_mailbox(boxes: Mailboxes, call: Call, box: Mailbox) -> None:
    found = sorted(await boxes.list(box.tenant_id, [box.id]), key=lambda one: one.created)
    new, old = [one for one in found if one.heard is None], [one for one in found if one.heard is not None]
    await call.play("voicemail/welcome", *say_messages(len(new), len(old), call.language), escape_digits="#")
    if found:
        await _browse(boxes, call, box, _MessageCursor([*new, *old]))
    elif await call.play(*_SETTINGS, escape_digits=_SETTINGS_DIGIT) or await call.read_digits(1) == _SETTINGS_DIGIT:
        await settings_menu(boxes, call, box)
    await call.play("general/goodbye")


async def _browse(boxes: Mailboxes, call: Call, box: Mailbox, cursor: _MessageCursor) -> None:
    archived: set[str] = set()
    digit = await _play_message(boxes, call, cursor.message)
    while True:
        message = cursor.message
        digit = digit or await _read_choice(call, archived=message.id in archived)
        match digit:
            case "":
                return
            case "1":
                digit = await _play_message(boxes, call, message)
            case "2" | "3":
                digit = await _step(boxes, call, cursor, 1 if digit == _NEXT else -1)
            case "4":
                digit = await call.play(*_details(message), escape_digits=_DIGITS)
            case "7":
                digit = await _toggle_archived(boxes, call, message, archived)
            case _:
                await settings_menu(boxes, call, box)
                digit = ""


async def _step(boxes: Mailboxes, call: Call, cursor: _MessageCursor, step: int) -> str:
    """Go to the next or previous message."""
    if not 0 <= cursor.at + step < len(cursor.messages):
        return await call.play("voicemail/no-more", escape_digits=_DIGITS)
    cursor.at += step
    return await _play_message(boxes, call, cursor.message)


async def _read_choice(call: Call, *, archived: bool) -> str:
    """Play the menu and return the chosen digit; "" without input."""
    menu = (*_MENU, *(_RESTORABLE if archived else _DELETABLE), *_SETTINGS)
    for _ in range(_MENU_REPEATS):
        digit = await call.play(*menu, escape_digits=_DIGITS) or await call.read_digits(1)
        if digit in _DIGITS and digit:
            return digit
    return ""


async def _play_message(boxes: Mailboxes, call: Call, message: Message) -> str:
    """Play a message, preceded by its time and caller."""
    sound = await load_sound(boxes.open(message))
    if sound is None:
        return await call.play("voicemail/not-readable", escape_digits=_DIGITS)
    await boxes.mark_heard(message)
    return await call.play(*_details(message), sound, escape_digits=_DIGITS)


def _details(message: Message) -> "tuple[str | SpokenValue, ...]":
    return ("voicemail/received", SpokenValue(message.created), *_caller_prompts(message))


def _caller_prompts(message: Message) -> tuple[str, ...]:
    caller = message.caller
    if not isinstance(caller, CallerId) or not caller.number:
        return ("voicemail/from-unknown",)
    internal = len(caller.number) < 7 and caller.number.isdigit()
    return ("voicemail/from-extension" if internal else "voicemail/from-number", *say_digits(caller.number))


async def _toggle_archived(boxes: Mailboxes, call: Call, message: Message, archived: set[str]) -> str:
    """Archive a message, or restore it unless it was erased meanwhile."""
    if message.id in archived:
        try:
            await boxes.restore(message)
        except Expired:
            return await call.play("voicemail/not-readable", escape_digits=_DIGITS)
        archived.discard(message.id)
        return await call.play("voicemail/restored", escape_digits=_DIGITS)
    archived.add(message.id)
    await boxes.archive(message)
    return await call.play("voicemail/deleted", escape_digits=_DIGITS)
