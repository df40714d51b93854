"""Tables of call recordings: parties, consent evidence, marks and the playback log, and the log of monitored calls. The
audio is in sealed files.

A party's identity is sealed under their own key, so that erasing one party leaves "an erased person" for the others.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.audio_store import call_party_field
from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class PartyPart:
    """A party's number and name, as signaled in the call."""

    number: str = call_party_field("user.contact.phone_number", "recording")
    name: str = call_party_field("user.name", "recording", rectifiable=True)


@dataclass(frozen=True, slots=True)
class ListenerPart:
    """The name of a listener."""

    name: str = personal(
        "user.name", uses=("history",), retention="recording", on_erase="delete", export=True, rectifiable=True
    )


class RecordingRow(Base):
    """A call recording, or a part of one. The row stays after erasure."""

    __tablename__ = "recording"
    __table_args__ = (
        Index(None, "tenant_id", "created"),
        Index(None, "tenant_id", "audio_id"),
        Index(None, "tenant_id", "call_id"),
    )

    id: Mapped[str] = plain("a random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    audio_id: Mapped[str] = plain("the audio")
    call_id: Mapped[str] = plain("the call: a random id")
    created: Mapped[datetime] = plain("when recording started")
    seconds: Mapped[float] = plain("a duration")
    state: Mapped[str] = plain("recording, kept or erased")
    mode: Mapped[str] = plain("how consent was obtained: announce or opt_in")
    begun: Mapped[str] = plain("automatic or demand")
    ended: Mapped[str | None] = plain("the end reason")


class RecordingPartyRow(Base):
    """A recorded party, with the evidence that they were informed before recording started."""

    __tablename__ = "recording_party"
    HELD_AS: ClassVar = ("recording", "recording_id")
    __table_args__ = (Index(None, "tenant_id", "extension_id"), Index(None, "tenant_id", "subject_id"))

    recording_id: Mapped[str] = plain("the recording", primary_key=True)
    place: Mapped[int] = plain("its channel: 0 the caller, 1 the callee", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    extension_id: Mapped[str | None] = plain("the extension, for an internal party")
    subject_id: Mapped[str] = plain("the subject whose key seals the part below: a random id")
    notice: Mapped[str] = plain("the digest of the notice that was played")
    told: Mapped[datetime | None] = plain("when the notice had been played to its end")
    settled: Mapped[datetime | None] = plain("when consent was given")
    key: Mapped[str] = plain("the DTMF digit pressed to agree; empty if consent was implied by staying in the call")
    hidden: Mapped[datetime | None] = plain("when this party archived it")
    sealed: Mapped[bytes | None] = sealed_column(PartyPart, subject="subject_id")


class RecordingMarkRow(Base):
    """An event during the recording: a pause, its end, a gap."""

    __tablename__ = "recording_mark"
    __table_args__ = (Index(None, "tenant_id"),)

    recording_id: Mapped[str] = plain("the recording", primary_key=True)
    number: Mapped[int] = plain("a count", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    kind: Mapped[str] = plain("the kind of event")
    at: Mapped[float] = plain("seconds from the start")
    moment: Mapped[datetime] = plain("a time")


class RecordingListenRow(Base):
    """A playback log entry, visible to the recorded parties."""

    __tablename__ = "recording_listen"
    __table_args__ = (Index(None, "tenant_id", "recording_id"), Index(None, "tenant_id", "subject_id"))

    id: Mapped[str] = plain("a random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    recording_id: Mapped[str] = plain("the recording")
    moment: Mapped[datetime] = plain("a time")
    purpose: Mapped[str] = plain("the purpose, one of a fixed list")
    subject_id: Mapped[str] = plain("the subject whose key seals the part below: a random id")
    sealed: Mapped[bytes | None] = sealed_column(ListenerPart, subject="subject_id")


class RecordingTenantRow(Base):
    """A tenant's recording policy; without a row, recording is off."""

    __tablename__ = "recording_tenant"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    mode: Mapped[str] = plain("off, announce or opt_in")
    beep_seconds: Mapped[int] = plain("beep interval in seconds; 0 for none")
    pause_on_keys: Mapped[bool] = plain("whether DTMF digits pause the recording")
    administrators_listen: Mapped[bool] = plain("whether administrators may listen to others' recordings")
    restorable_days: Mapped[int] = plain("how many days an archived recording can be restored")
    monitoring: Mapped[bool] = plain("whether administrators may listen to calls")


class RecordingExtensionRow(Base):
    """An extension's recording policy; without a row, calls are recorded on request."""

    __tablename__ = "recording_extension"
    __table_args__ = (Index(None, "tenant_id"),)

    extension_id: Mapped[str] = plain(
        "the extension; no foreign key, because it is deleted after the extension", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the tenant")
    when: Mapped[str] = plain("never, on_demand, incoming, outgoing or always")
    mode: Mapped[str] = plain("announce or opt_in; applies if stricter than the tenant's")
    monitoring: Mapped[str] = plain("whether its calls may be listened to: allowed or refused")


class MonitoringRow(Base):
    """An entry of the monitoring log: a supervisor started to listen to a call, or stopped. Visible to the parties of
    the call and to administrators."""

    __tablename__ = "monitoring"
    __table_args__ = (Index(None, "tenant_id", "at"), Index(None, "tenant_id", "subject_id"))

    id: Mapped[str] = plain("a random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    at: Mapped[datetime] = plain("a time")
    kind: Mapped[str] = plain("the mode that was entered, or ended")
    call_id: Mapped[str] = plain("the call: a random id")
    caller_extension: Mapped[str] = plain("the calling extension; empty if the caller is outside")
    callee_extension: Mapped[str] = plain("the called extension; empty if the callee is outside")
    subject_id: Mapped[str] = plain("the supervisor, whose key seals the part below: a random id")
    sealed: Mapped[bytes | None] = sealed_column(ListenerPart, subject="subject_id")
