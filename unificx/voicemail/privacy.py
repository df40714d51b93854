"""Data of a person in this area: their mailbox, and their name and number on messages that they left."""

from unificx.db import Database
from unificx.privacy import Holding, RowHolding
from unificx.voicemail.models import MailboxRow, MessageRow
from unificx.voicemail.service import Mailboxes


def mailbox_holding(database: Database, mailboxes: Mailboxes) -> Holding:
    sealed = {MailboxRow: "mailbox PIN", MessageRow: "caller of messages"}
    return RowHolding(database, "voicemail", sealed, mailboxes.erase_subject, links={MailboxRow: "mailboxes"})
