"""Voicemail settings by phone: greetings and the PIN."""

from datetime import timedelta

from unificx.callapps import Call
from unificx.core.errors import Invalid, StorageFull
from unificx.voicemail.deposit_app import heard
from unificx.voicemail.schemas import Box
from unificx.voicemail.service import Mailboxes
from unificx.voicemail.settings import BoxChange, GreetingKind

_MENU = (
    *("voicemail/to-change-greeting", "press/1", "voicemail/to-use-standard-greeting", "press/2"),
    *("voicemail/to-change-pin", "press/3", "voicemail/to-change-busy-greeting", "press/4"),
    *("voicemail/to-change-temporary-greeting", "press/5", "general/to-go-back", "press/star"),
)
_ONE = (
    *("voicemail/to-change-greeting", "press/1", "voicemail/to-use-standard-greeting", "press/2"),
    *("general/to-go-back", "press/star"),
)
LONGEST_GREETING = 60.0
_SILENCE = 4.0


async def own_settings(boxes: Mailboxes, call: Call, box: Box) -> None:
    """The settings menu, until left."""
    while True:
        match await call.play(*_MENU, keys="12345*") or await call.digits(1):
            case "1":
                await _record(boxes, call, box, "no_answer")
            case "2":
                await boxes.greetings.drop(box)
                await call.play("voicemail/greeting-removed")
            case "3":
                await _pin(boxes, call, box)
            case "4":
                await _greeting(boxes, call, box, "busy")
            case "5":
                await _greeting(boxes, call, box, "temporary")
            case _:
                return


async def _greeting(boxes: Mailboxes, call: Call, box: Box, kind: GreetingKind) -> None:
    match await call.play(*_ONE, keys="12*") or await call.digits(1):
        case "1":
            await _record(boxes, call, box, kind)
        case "2":
            await boxes.greetings.drop(box, kind)
            await call.play("voicemail/greeting-removed")
        case _:
            return


async def _record(boxes: Mailboxes, call: Call, box: Box, kind: GreetingKind) -> None:
    days = await _days(call) if kind == "temporary" else 0
    await call.play("voicemail/record-greeting", "beep")
    writer = await boxes.greetings.begin(box)
    accepted = False
    try:
        await call.record(writer, longest=LONGEST_GREETING, stop_on="#", silence=_SILENCE)
        sound = await heard(boxes.greetings.written(box, writer))
        if sound is not None:
            menu = ("voicemail/to-use-greeting", "press/1", "general/to-cancel", "press/star")
            choice = await call.play("voicemail/your-greeting", sound, *menu, keys="1*") or await call.digits(1)
            accepted = choice == "1"
    except StorageFull:
        accepted = False
    finally:
        if not accepted:
            await boxes.greetings.drop_writer(box.tenant_id, writer)
    if accepted:
        until = call.clock.now() + timedelta(days=days) if days else None
        await boxes.greetings.use(box, writer, kind, until)
    await call.play("voicemail/greeting-saved" if accepted else "general/cancelled")


async def _days(call: Call) -> int:
    """Read the number of days; 0 for a greeting without expiry."""
    await call.play_until_pressed("voicemail/temporary-days")
    pressed = await call.digits(3)
    return int(pressed) if pressed.isdigit() else 0


async def _pin(boxes: Mailboxes, call: Call, box: Box) -> None:
    await call.play_until_pressed("voicemail/new-pin")
    first = await call.digits(12)
    await call.play_until_pressed("voicemail/repeat-pin")
    if await call.digits(12) != first:
        await call.play("voicemail/pins-differ")
        return
    try:
        await boxes.change_box(box, BoxChange(pin=first))
    except Invalid:
        await call.play("voicemail/pin-too-simple")
        return
    await call.play("voicemail/pin-changed")
