"""Tables of the audio store."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


def call_party_field(category: str, retention: str, *, rectifiable: bool = False) -> Any:
    """A call party's personal data field, retained as long as the audio of the call."""
    uses = ("telephony", "history")
    return personal(category, uses=uses, retention=retention, on_erase="delete", export=True, rectifiable=rectifiable)


def _derived_field(category: str) -> Any:
    return call_party_field(category, "voicemail")


@dataclass(frozen=True, slots=True)
class WaveformPart:
    """Peak levels from start to end, 0 to 100."""

    peaks: tuple[int, ...] = _derived_field("user.content.private.voicemail")


@dataclass(frozen=True, slots=True)
class TranscriptPart:
    """The transcript and its language (BCP 47)."""

    text: str = _derived_field("user.content.private.transcript")
    language: str = _derived_field("user.content.private.transcript")


class AudioRow(Base):
    """Sealed audio. The row stays after erasure."""

    __tablename__ = "audio"
    __table_args__ = (Index(None, "tenant_id", "state"), Index(None, "form", "state"))

    id: Mapped[str] = plain("a random id, the name of its file", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    created: Mapped[datetime] = plain("a time")
    state: Mapped[str] = plain("open while it is written, kept, or erased")
    form: Mapped[str] = plain("the file format: new (samples, not yet processed), samples or opus")
    video: Mapped[str] = plain("the video with the sound: none, clusters (as it was recorded) or webm", default="none")
    wrapped: Mapped[bytes] = plain("the content key, wrapped under keys of the key store")
    size: Mapped[int | None] = plain(
        "bytes of its files; null until they are looked up, if they are older than this column", BigInteger
    )


class AudioOwnerRow(Base):
    """An owner of audio. It is erased with any of its owners."""

    __tablename__ = "audio_owner"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    audio_id: Mapped[str] = plain("the recording", primary_key=True)
    subject_id: Mapped[str] = plain("an owner: a random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")


class AudioDerivedRow(Base):
    """Data derived from audio, sealed under its content key, and so unreadable once that is destroyed."""

    __tablename__ = "audio_derived"
    __table_args__ = (Index(None, "tenant_id"),)

    audio_id: Mapped[str] = plain("the recording", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    subject_id: Mapped[str] = plain("the subject of the recording's own key: a random id")
    waveform: Mapped[bytes | None] = sealed_column(WaveformPart, subject="subject_id")
    transcript: Mapped[bytes | None] = sealed_column(TranscriptPart, subject="subject_id")


class OwnSoundRow(Base):
    """A tenant's custom sound. A speaker is an owner of the audio."""

    __tablename__ = "own_sound"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    language: Mapped[str] = plain("en, de, or any for music", primary_key=True)
    name: Mapped[str] = plain("the name of the prompt it replaces", primary_key=True)
    audio_id: Mapped[str] = plain("the recording")
    seconds: Mapped[float] = plain("a duration")
    created: Mapped[datetime] = plain("a time")
