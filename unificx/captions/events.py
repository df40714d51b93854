"""Signals about captions, which are stored nowhere."""

from dataclasses import dataclass, field

from unificx.conferencing import Room


@dataclass(frozen=True, slots=True)
class CaptionRecognized:
    """Signal: the text of what a participant has said."""

    room: Room
    participant_id: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CaptionsBehind:
    """Signal: speech was left out, because the recognizer does not keep up."""

    room: Room
