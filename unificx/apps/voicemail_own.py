"""Voicemail, what its owner sets up by telephone: the greeting and the PIN."""

from unificx.apps.call import Call
from unificx.apps.voicemail_leave import heard
from unificx.kernel.errors import Invalid, NoRoom
from unificx.people import Extension
from unificx.recordings import BoxChange, Mailboxes

_MENU = (
    *("voicemail/to-change-greeting", "press/1", "voicemail/to-use-standard-greeting", "press/2"),
    *("voicemail/to-change-pin", "press/3", "general/to-go-back", "press/star"),
)
LONGEST_GREETING = 60.0
_SILENCE = 4.0


async def own_settings(boxes: Mailboxes, call: Call, extension: Extension) -> None:
    """Until nothing more is to be changed."""
    while True:
        match await call.play(*_MENU, keys="123*") or await call.digits(1):
            case "1":
                await _greeting(boxes, call, extension)
            case "2":
                await boxes.drop_greeting(extension)
                await call.play("voicemail/greeting-removed")
            case "3":
                await _pin(boxes, call, extension)
            case _:
                return


async def _greeting(boxes: Mailboxes, call: Call, extension: Extension) -> None:
    await call.play("voicemail/record-greeting", "beep")
    writer = await boxes.begin_greeting(extension)
    kept = False
    try:
        await call.record(writer, longest=LONGEST_GREETING, stop_on="#", silence=_SILENCE)
        sound = await heard(boxes.written(extension, writer))
        if sound is not None:
            menu = ("voicemail/to-use-greeting", "press/1", "general/to-cancel", "press/star")
            choice = await call.play("voicemail/your-greeting", sound, *menu, keys="1*") or await call.digits(1)
            kept = choice == "1"
    except NoRoom:
        kept = False
    finally:
        if not kept:
            await boxes.drop_writer(extension.tenant_id, writer)
    if kept:
        await boxes.use_greeting(extension, writer)
    await call.play("voicemail/greeting-saved" if kept else "general/cancelled")


async def _pin(boxes: Mailboxes, call: Call, extension: Extension) -> None:
    await call.play_until_pressed("voicemail/new-pin")
    first = await call.digits(12)
    await call.play_until_pressed("voicemail/repeat-pin")
    if await call.digits(12) != first:
        await call.play("voicemail/pins-differ")
        return
    try:
        await boxes.change_box(extension, BoxChange(pin=first))
    except Invalid:
        await call.play("voicemail/pin-too-simple")
        return
    await call.play("voicemail/pin-changed")
