"""Input and output types of speed dials."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SpeedDial:
    """A short number. `code` has two digits; `number` is dialled in its place."""

    code: str
    number: str = field(repr=False)
    name: str = field(default="", repr=False)
