"""Users sign in at a shared phone by the number of their extension and the PIN of their mailbox, and out of it."""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import structlog

from unificx.callapps import App, Call
from unificx.core.errors import Conflict, TooManyRequests
from unificx.db import Database
from unificx.identity import Devices, DirectoryCache, Extension
from unificx.privacy import AuditLog, AuditParty, NewAuditEntry
from unificx.voicemail.service import Mailboxes

log = structlog.get_logger()
MAX_PIN_ATTEMPTS = 3
"""PIN attempts per call."""


@dataclass(frozen=True, slots=True)
class SharedPhoneDependencies:
    """Collaborators of the apps."""

    boxes: Mailboxes
    devices: Devices
    directory: DirectoryCache
    database: Database
    audit: AuditLog

    async def record(self, action: str, device_id: str, user: Extension) -> None:
        """Record in the audit log what the user of an extension has done at a phone."""
        actor = AuditParty(user.tenant_id, user.subject, user.person_id or "")
        async with self.database.begin() as uow:
            await self.audit.record(uow, NewAuditEntry(user.tenant_id, action, f"device:{device_id}", actor))


def shared_phone_apps(deps: SharedPhoneDependencies) -> tuple[App, App]:
    """The apps that sign users in and out at the phone they call from."""
    return (
        App.of_feature("phone-sign-in", partial(sign_in, deps)),
        App.of_feature("phone-sign-out", partial(sign_out, deps)),
    )


async def sign_in(deps: SharedPhoneDependencies, call: Call) -> None:
    """Ask for extension and PIN. An unknown extension, and one without a PIN, is treated like a wrong PIN."""
    caller = call.caller
    if not await deps.devices.is_shared(caller.tenant_id, caller.device_id):
        await call.play("presence/not-shared", "general/goodbye")
        return
    number = "".join(call.arguments)
    if not number:
        await call.play_until_digit("presence/enter-extension")
        number = await call.read_digits(15)
    extension = deps.directory.extension(caller.tenant_id, number)
    for _ in range(MAX_PIN_ATTEMPTS):
        await call.play_until_digit("voicemail/enter-pin")
        pin = await call.read_digits(12)
        try:
            correct = await deps.boxes.check_pin(
                caller.tenant_id, extension.id if extension is not None else number, pin
            )
        except TooManyRequests:
            break
        if correct and extension is not None and extension.person_id is not None:
            await deps.devices.sign_in(caller.tenant_id, caller.device_id, extension)
            await deps.record("sign_in_at_phone", caller.device_id, extension)
            await call.play("presence/signed-in", "general/goodbye")
            return
        await call.play("voicemail/wrong-pin")
    log.warning("shared_phone_refused", tenant=caller.tenant_id, device=caller.device_id)
    await call.play("general/too-many-tries", "general/goodbye")


async def sign_out(deps: SharedPhoneDependencies, call: Call) -> None:
    """Sign the user of the calling phone out."""
    device_id, tenant_id = call.caller.device_id, call.caller.tenant_id
    if not await deps.devices.is_shared(tenant_id, device_id):
        await call.play("presence/not-shared", "general/goodbye")
        return
    with suppress(Conflict):  # no user is signed in
        user = deps.directory.extension_by_id(call.caller.extension_id)
        await deps.devices.sign_out(tenant_id, device_id)
        if user is not None:
            await deps.record("sign_out_of_phone", device_id, user)
    await call.play("presence/signed-out", "general/goodbye")
