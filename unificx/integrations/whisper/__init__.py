"""Speech recognition with Whisper, in a separate local process."""

from unificx.integrations.whisper.client import Whisper

__all__ = ["Whisper"]
