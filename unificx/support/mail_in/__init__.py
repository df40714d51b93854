"""The mailbox of the support desk: e-mails become requests, replies become messages."""

from unificx.support.mail_in.parsing import MAX_BYTES
from unificx.support.mail_in.ports import Batch, FetchedEmail, MailboxUnreachable, Position
from unificx.support.mail_in.service import MailIn, MailInDependencies

__all__ = [
    "MAX_BYTES",
    "Batch",
    "FetchedEmail",
    "MailIn",
    "MailInDependencies",
    "MailboxUnreachable",
    "Position",
]
