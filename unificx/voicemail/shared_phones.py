"""Users sign in at a shared phone by the number of their extension and the PIN of their mailbox, and out of it."""

from contextlib import suppress
from functools import partial

import structlog

from unificx.callapps import App, Call
from unificx.core.errors import Conflict, TooManyRequests
from unificx.identity import Devices, DirectoryCache
from unificx.voicemail.service import Mailboxes

log = structlog.get_logger()
MAX_PIN_ATTEMPTS = 3
"""PIN attempts per call."""


def shared_phone_apps(boxes: Mailboxes, devices: Devices, directory: DirectoryCache) -> tuple[App, App]:
    """The apps that sign users in and out at the phone they call from."""
    return (
        App.of_feature("phone-sign-in", partial(sign_in, boxes, devices, directory)),
        App.of_feature("phone-sign-out", partial(sign_out, devices)),
    )


async def sign_in(boxes: Mailboxes, devices: Devices, directory: DirectoryCache, call: Call) -> None:
    """Ask for extension and PIN. An unknown extension, and one without a PIN, is treated like a wrong PIN."""
    caller = call.caller
    device = directory.device(caller.device_id)
    if device is None or not await devices.is_shared(caller.tenant_id, device.device_id):
        await call.play("presence/not-shared", "general/goodbye")
        return
    number = "".join(call.arguments)
    if not number:
        await call.play_until_digit("presence/enter-extension")
        number = await call.read_digits(15)
    extension = directory.extension(caller.tenant_id, number)
    for _ in range(MAX_PIN_ATTEMPTS):
        await call.play_until_digit("voicemail/enter-pin")
        pin = await call.read_digits(12)
        try:
            correct = await boxes.check_pin(caller.tenant_id, extension.id if extension is not None else "", pin)
        except TooManyRequests:
            break
        if correct and extension is not None and extension.person_id is not None:
            await devices.sign_in(caller.tenant_id, device.device_id, extension)
            log.info("shared_phone_signed_in", tenant=caller.tenant_id, device=device.device_id, extension=extension.id)
            await call.play("presence/signed-in", "general/goodbye")
            return
        await call.play("voicemail/wrong-pin")
    log.warning("shared_phone_refused", tenant=caller.tenant_id, device=device.device_id)
    await call.play("general/too-many-tries", "general/goodbye")


async def sign_out(devices: Devices, call: Call) -> None:
    """Sign the user of the calling phone out."""
    device_id, tenant_id = call.caller.device_id, call.caller.tenant_id
    if not await devices.is_shared(tenant_id, device_id):
        await call.play("presence/not-shared", "general/goodbye")
        return
    with suppress(Conflict):  # no user is signed in
        await devices.sign_out(tenant_id, device_id)
        log.info("shared_phone_signed_out", tenant=tenant_id, device=device_id)
    await call.play("presence/signed-out", "general/goodbye")
