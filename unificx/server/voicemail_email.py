"""E-mails about new voicemail messages."""

from contextlib import suppress

from unificx.core.errors import DomainError
from unificx.db import UnitOfWork
from unificx.identity import Extension
from unificx.notifications import MessageReference, NewVoicemail
from unificx.server.container import Container
from unificx.voicemail import Message
from unificx.voicemail.events import MessageLeft


async def send_voicemail_emails(container: Container, event: MessageLeft, uow: UnitOfWork) -> None:
    """Send an e-mail to the owner of the mailbox, or all members of a group mailbox, if they have enabled it."""
    directory, boxes = container.identity.directory, container.mailboxes
    owners = [directory.extension_by_id(one) for one in boxes.shared.owners(event.extension_id)]
    recipients = [
        one for one in owners if one is not None and one.person_id is not None and boxes.mailbox_settings(one.id).mail
    ]
    if not recipients:
        return
    try:
        message = await boxes.get(event.tenant, event.message_id)
    except DomainError:  # already erased
        return
    group = boxes.shared.by_id(event.extension_id)
    for extension in recipients:
        with suppress(DomainError):  # account closed or erased meanwhile
            await _send_email(
                container, uow, extension, message, group.number if group is not None else extension.number
            )


async def _send_email(
    container: Container, uow: UnitOfWork, extension: Extension, message: Message, number: str
) -> None:
    directory, tenant_id = container.identity.directory, extension.tenant_id
    person = await container.identity.users.get(tenant_id, extension.person_id or "")
    at = message.created.astimezone(directory.time_zone(tenant_id))
    details = NewVoicemail(MessageReference(message.id, extension.id), number, message.seconds, at)
    await container.notification_service.send_voicemail_notice(
        person, directory.language(tenant_id, person.id), details, uow
    )
