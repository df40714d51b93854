"""Models of the outbox, its handler marks and the installation id."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped

from unificx.db.base import Base, plain


class OutboxRow(Base):
    """A domain event, written in the transaction of its change and deleted once delivered."""

    __tablename__ = "outbox"

    seq: Mapped[int] = plain(
        "sequence number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    id: Mapped[str] = plain("the event's random id", unique=True)
    tenant_id: Mapped[str] = plain("the tenant of the event")
    name: Mapped[str] = plain("event name: area and class")
    body: Mapped[str] = plain("the event as JSON: ids and non-personal values only", Text)
    tries: Mapped[int] = plain("number of failed deliveries", default=0)
    due: Mapped[datetime] = plain("time of the next delivery")
    parked: Mapped[bool] = plain("not retried until the next start", default=False)


class HandledRow(Base):
    """Mark that a handler has processed an event; written in the handler's transaction, deleted with the event."""

    __tablename__ = "handled"

    fact_id: Mapped[str] = plain("the event", ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True)
    handler: Mapped[str] = plain("handler name: module and function", primary_key=True)


class InstallationRow(Base):
    """The installation that owns the database and whose keys seal its data."""

    __tablename__ = "installation"

    id: Mapped[str] = plain("the installation's random id, also in its key store", primary_key=True)
