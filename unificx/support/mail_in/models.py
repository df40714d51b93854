"""Tables of the mailbox: how far it was read, and which e-mails were handled. Without personal data."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped

from unificx.db.base import Base, plain


class MailboxRow(Base):
    """How far a mailbox was read."""

    __tablename__ = "read_mailbox"

    id: Mapped[str] = plain("hash of host, user and folder", primary_key=True)
    validity: Mapped[int] = plain("UIDVALIDITY of the folder", BigInteger)
    uid: Mapped[int] = plain("highest UID that was handled", BigInteger)


class HandledEmailRow(Base):
    """An e-mail that was handled: it is not handled again if the server numbers its e-mails anew."""

    __tablename__ = "handled_email"
    __table_args__ = (Index(None, "mailbox_id", "digest", unique=True), Index(None, "at"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    mailbox_id: Mapped[str] = plain("hash of host, user and folder")
    digest: Mapped[str] = plain("SHA-256 of the Message-ID, which a mail program has chosen at random")
    at: Mapped[datetime] = plain("time of handling")
    outcome: Mapped[str] = plain("what became of it: request, message, bounce, automatic or refused")
