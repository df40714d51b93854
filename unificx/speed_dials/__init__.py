"""Speed dials: personal short numbers."""

from unificx.speed_dials.entries import from_texts
from unificx.speed_dials.privacy import speed_dial_holding
from unificx.speed_dials.schemas import SpeedDial
from unificx.speed_dials.service import SpeedDials

__all__ = [
    "SpeedDial",
    "SpeedDials",
    "from_texts",
    "speed_dial_holding",
]
