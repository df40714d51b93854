"""Voicemail settings by phone: greetings and the PIN."""

from datetime import timedelta

from unificx.callapps import Call
from unificx.core.errors import Invalid
from unificx.voicemail.deposit import load_sound
from unificx.voicemail.schemas import Mailbox
from unificx.voicemail.service import Mailboxes
from unificx.voicemail.settings import GreetingKind, MailboxSettingsChange

_MENU = (
    *("voicemail/to-change-greeting", "press/1", "voicemail/to-use-standard-greeting", "press/2"),
    *("voicemail/to-change-pin", "press/3", "voicemail/to-change-busy-greeting", "press/4"),
    *("voicemail/to-change-temporary-greeting", "press/5", "general/to-go-back", "press/star"),
)
_GREETING_MENU = (
    *("voicemail/to-change-greeting", "press/1", "voicemail/to-use-standard-greeting", "press/2"),
    *("general/to-go-back", "press/star"),
)
MAX_GREETING_SECONDS = 60.0
_SILENCE_SECONDS = 4.0


async def settings_menu(boxes: Mailboxes, call: Call, box: Mailbox) -> None:
    """The settings menu, until left."""
    while True:
        match await call.play(*_MENU, escape_digits="12345*") or await call.read_digits(1):
            case "1":
                await _record_greeting(boxes, call, box, "no_answer")
            case "2":
                await boxes.greetings.remove(box)
                await call.play("voicemail/greeting-removed")
            case "3":
                await _change_pin(boxes, call, box)
            case "4":
                await _greeting_menu(boxes, call, box, "busy")
            case "5":
                await _greeting_menu(boxes, call, box, "temporary")
            case _:
                return


async def _greeting_menu(boxes: Mailboxes, call: Call, box: Mailbox, kind: GreetingKind) -> None:
    match await call.play(*_GREETING_MENU, escape_digits="12*") or await call.read_digits(1):
        case "1":
            await _record_greeting(boxes, call, box, kind)
        case "2":
            await boxes.greetings.remove(box, kind)
            await call.play("voicemail/greeting-removed")
        case _:
            return


async def _record_greeting(boxes: Mailboxes, call: Call, box: Mailbox, kind: GreetingKind) -> None:
    days = await _read_days(call) if kind == "temporary" else 0
    await call.play("voicemail/record-greeting", "beep")
    writer = await boxes.greetings.begin(box)
    accepted = False
    try:
        await call.record(writer, max_seconds=MAX_GREETING_SECONDS, stop_digits="#", silence_seconds=_SILENCE_SECONDS)
        sound = await load_sound(boxes.greetings.open_draft(box, writer))
        if sound is not None:
            menu = ("voicemail/to-use-greeting", "press/1", "general/to-cancel", "press/star")
            choice = await call.play(
                "voicemail/your-greeting", sound, *menu, escape_digits="1*"
            ) or await call.read_digits(1)
            accepted = choice == "1"
    finally:
        if not accepted:
            await boxes.greetings.discard(box.tenant_id, writer)
    if accepted:
        until = call.clock.now() + timedelta(days=days) if days else None
        await boxes.greetings.activate(box, writer, kind, until)
    await call.play("voicemail/greeting-saved" if accepted else "general/cancelled")


async def _read_days(call: Call) -> int:
    """Read the number of days; 0 for a greeting without expiry."""
    await call.play_until_digit("voicemail/temporary-days")
    pressed = await call.read_digits(3)
    return int(pressed) if pressed.isdigit() else 0


async def _change_pin(boxes: Mailboxes, call: Call, box: Mailbox) -> None:
    await call.play_until_digit("voicemail/new-pin")
    first = await call.read_digits(12)
    await call.play_until_digit("voicemail/repeat-pin")
    if await call.read_digits(12) != first:
        await call.play("voicemail/pins-differ")
        return
    try:
        await boxes.change_mailbox(box, MailboxSettingsChange(pin=first))
    except Invalid:
        await call.play("voicemail/pin-too-simple")
        return
    await call.play("voicemail/pin-changed")
