"""The tables of recorded calls. The sound lies sealed in files; here is whose it is, that everybody was told, and who
listened to it.

Who took part is sealed under his own key, so that an erased one is "an erased person" to the others.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.recordings.tables import as_the_call_said
from unificx.store.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class PartyPart:
    """Who took part, as the call said."""

    number: str = as_the_call_said("user.contact.phone_number", "recording")
    name: str = as_the_call_said("user.name", "recording")


@dataclass(frozen=True, slots=True)
class ListenerPart:
    """Who listened."""

    name: str = personal(
        "user.name", uses=("history",), retention="recording", on_erase="delete", export=True, rectifiable=False
    )


class RecordingRow(Base):
    """A recorded call, or a part of one. What stays of an erased one is that it was."""

    __tablename__ = "recording"
    __table_args__ = (
        Index(None, "tenant_id", "created"),
        Index(None, "tenant_id", "audio_id"),
        Index(None, "tenant_id", "call_id"),
    )

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    audio_id: Mapped[str] = plain("the sound")
    call_id: Mapped[str] = plain("the call: random")
    created: Mapped[datetime] = plain("when its first word was kept")
    seconds: Mapped[float] = plain("a duration")
    state: Mapped[str] = plain("recording, kept or erased")
    mode: Mapped[str] = plain("how consent was asked for: announce or opt_in")
    begun: Mapped[str] = plain("automatic or demand")
    ended: Mapped[str | None] = plain("why it ended")


class RecordingPartyRow(Base):
    """Somebody whose voice is in a recording, and that he was told of it before its first word."""

    __tablename__ = "recording_party"
    __table_args__ = (Index(None, "tenant_id", "extension_id"), Index(None, "tenant_id", "subject_id"))

    recording_id: Mapped[str] = plain("the recording", primary_key=True)
    place: Mapped[int] = plain("its channel: 0 the caller, 1 the callee", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    extension_id: Mapped[str | None] = plain("the extension, for somebody of the organisation")
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    notice: Mapped[str] = plain("the digest of what was played to tell of it")
    told: Mapped[datetime | None] = plain("when that was heard to its end")
    settled: Mapped[datetime | None] = plain("when consent was given")
    key: Mapped[str] = plain("the key that was pressed to agree; none where staying was consent")
    hidden: Mapped[datetime | None] = plain("when this party put it away")
    sealed: Mapped[bytes | None] = sealed_column(PartyPart, subject="subject_id")


class RecordingMarkRow(Base):
    """Something that happened while it was recorded: a pause, its end, a gap."""

    __tablename__ = "recording_mark"
    __table_args__ = (Index(None, "tenant_id"),)

    recording_id: Mapped[str] = plain("the recording", primary_key=True)
    number: Mapped[int] = plain("a count", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    kind: Mapped[str] = plain("what it was")
    at: Mapped[float] = plain("seconds from its beginning")
    moment: Mapped[datetime] = plain("a time")


class RecordingListenRow(Base):
    """That somebody listened to a recording: those who are in it can see it."""

    __tablename__ = "recording_listen"
    __table_args__ = (Index(None, "tenant_id", "recording_id"), Index(None, "tenant_id", "subject_id"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    recording_id: Mapped[str] = plain("the recording")
    moment: Mapped[datetime] = plain("a time")
    purpose: Mapped[str] = plain("what for, one of a few words")
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    sealed: Mapped[bytes | None] = sealed_column(ListenerPart, subject="subject_id")


class RecordingTenantRow(Base):
    """How an organisation records; one without a row does not."""

    __tablename__ = "recording_tenant"

    tenant_id: Mapped[str] = plain("the organisation", primary_key=True)
    mode: Mapped[str] = plain("off, announce or opt_in")
    beep_seconds: Mapped[int] = plain("how often a beep is heard; 0 for none")
    pause_on_keys: Mapped[bool] = plain("whether keys that are pressed pause it")
    administrators_listen: Mapped[bool] = plain("whether administrators may listen to others' recordings")
    restorable_days: Mapped[int] = plain("how long what was put away can be brought back")


class RecordingExtensionRow(Base):
    """How an extension's calls are recorded; one without a row: when somebody in them asks for it."""

    __tablename__ = "recording_extension"
    __table_args__ = (Index(None, "tenant_id"),)

    extension_id: Mapped[str] = plain(
        "the extension; no foreign key, for it goes after the extension does", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the organisation")
    when: Mapped[str] = plain("never, on_demand, incoming, outgoing or always")
    mode: Mapped[str] = plain("announce or opt_in, if stricter than the organisation's")
