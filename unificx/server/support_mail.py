"""Composition of the mailbox of the support desk."""

from unificx.core.access import current_access, stating
from unificx.core.errors import Invalid
from unificx.integrations.imap import ImapMailbox, MailboxSettings
from unificx.notifications import EmailRecords
from unificx.server.container import Container
from unificx.support.mail_in import MailIn, MailInDependencies


class _Bounces:
    """Implements the port of `support`: reports of failed delivery and complaints go to the records of e-mails."""

    def __init__(self, records: EmailRecords) -> None:
        self._records = records

    async def bounce(self, raw: bytes) -> None:
        try:
            with stating(current_access().to("administration")):
                await self._records.take_report(raw)
        except Invalid:  # a report of a delay or of reading
            pass


def support_mail(container: Container, settings: MailboxSettings) -> MailIn:
    """Return the reader of a mailbox."""
    bounces, directory = _Bounces(container.notifications.records), container.identity.directory
    deps = MailInDependencies(ImapMailbox(settings), container.rights, bounces, directory, settings.organisation)
    return MailIn(deps)
