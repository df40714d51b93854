"""Speech recognition with Whisper, in separate local processes."""

from unificx.integrations.whisper.client import Whisper
from unificx.integrations.whisper.live import LiveWhisper

__all__ = ["LiveWhisper", "Whisper"]
