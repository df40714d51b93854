"""The store's own tables: facts waiting to be told, and who was told already."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped

from unificx.store.base import Base, plain


class OutboxRow(Base):
    """One fact, written in the transaction that made it true, deleted when everybody was told."""

    __tablename__ = "outbox"

    seq: Mapped[int] = plain(
        "order of writing", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    id: Mapped[str] = plain("the fact's own random id", unique=True)
    tenant_id: Mapped[str] = plain("the organisation it happened in")
    name: Mapped[str] = plain("which fact: room and class")
    body: Mapped[str] = plain("the fact as JSON: ids and neutral values only, as kernel.facts demands", Text)
    tries: Mapped[int] = plain("how often telling it failed", default=0)
    due: Mapped[datetime] = plain("not to be told before")
    parked: Mapped[bool] = plain("given up until the next start", default=False)


class HandledRow(Base):
    """One handler has dealt with one fact; written in the handler's own transaction, gone with the fact."""

    __tablename__ = "handled"

    fact_id: Mapped[str] = plain("the fact", ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True)
    handler: Mapped[str] = plain("which handler: module and function", primary_key=True)


class InstallationRow(Base):
    """Whose database this is: the installation whose keys seal what is in it."""

    __tablename__ = "installation"

    id: Mapped[str] = plain("the installation's random id, which its key store has too", primary_key=True)
