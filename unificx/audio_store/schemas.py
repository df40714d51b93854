"""Schemas of the audio store."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Transcript:
    """The transcript of a recording; `language` is a BCP 47 tag."""

    text: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class DerivedData:
    """Data derived from a recording. `waveform`: peak levels from start to end, 0 to 100."""

    waveform: tuple[int, ...] = field(default=(), repr=False)
    transcript: Transcript | None = None


@dataclass(frozen=True, slots=True)
class CustomSound:
    """A tenant's custom sound, replacing the standard sound of that name. The language of music is "any"."""

    tenant_id: str
    language: str
    name: str
    audio_id: str
    seconds: float
    created: datetime
