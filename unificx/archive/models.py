"""Table of access copies. It contains random ids, times and sizes; the copies are sealed files."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped

from unificx.db.base import Base, plain


class AccessCopyRow(Base):
    """An access copy: requested, ready or failed."""

    __tablename__ = "access_copy"
    __table_args__ = (Index(None, "tenant_id", "subject_id"), Index(None, "state", "requested"))

    id: Mapped[str] = plain("random id, also the name of its file", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    subject_id: Mapped[str] = plain("random id of the subject it is about")
    person_id: Mapped[str] = plain("random id of the account it is about; empty for a caller outside")
    extension_ids: Mapped[str] = plain("random ids of the extensions of the account")
    requested_by: Mapped[str] = plain("random id of the account that may download it; empty for the operator's console")
    requester_subject: Mapped[str] = plain("random id of the requester's subject, whose key wraps the content key too")
    state: Mapped[str] = plain("requested, ready or failed")
    problem: Mapped[str] = plain("why it failed, one of a fixed list; empty otherwise")
    disclosure_id: Mapped[str] = plain("random id of the disclosure it is limited to; empty for a copy of everything")
    requested: Mapped[datetime] = plain("a time")
    expires: Mapped[datetime] = plain("when it is deleted")
    size: Mapped[int] = plain("length in bytes; 0 until it is ready", BigInteger())
    sha256: Mapped[str] = plain("digest of its bytes; empty until it is ready")
    wrapped: Mapped[bytes] = plain("the content key, wrapped under keys of the key store; empty until it is ready")
