"""Models of ring groups and their members."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.db import Base, plain, sealed_column
from unificx.routing.references import sealed_destination


@dataclass(frozen=True, slots=True)
class GroupPart:
    """The numbers of persons outside. `otherwise`: destination of calls that no member answers. `outside`: the members
    that are numbers outside, each as step, place in the step and number in E.164; None in parts that are older."""

    otherwise: str = sealed_destination()
    outside: tuple[tuple[str, ...], ...] | None = sealed_destination()


class RingGroupRow(Base):
    """A ring group."""

    __tablename__ = "ring_group"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    number: Mapped[str] = plain("the tenant's own number")
    name: Mapped[str] = plain("text of the tenant that names a group, not a person")
    created: Mapped[datetime] = plain("creation time")
    strategy: Mapped[str] = plain("the order in which members ring")
    ring_seconds: Mapped[int] = plain("seconds to ring")
    name_prefix: Mapped[str] = plain("text of the tenant that phones show before a caller's name")
    subject_id: Mapped[str] = plain("random subject id of the group, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(GroupPart, subject="subject_id")


class RingGroupMemberRow(Base):
    """An extension that rings in a group."""

    __tablename__ = "ring_group_member"
    __table_args__ = (Index(None, "tenant_id", "extension_id"),)

    group_id: Mapped[str] = plain("the group", primary_key=True)
    extension_id: Mapped[str] = plain(
        "the extension; no foreign key, because it is deleted after the extension", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the tenant")
    step: Mapped[int] = plain("the step in which the extension rings, from 0")
    place: Mapped[int] = plain("the position within the step, from 0")
