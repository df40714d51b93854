"""Speech into text by Whisper, in a process of its own, on this machine."""

from unificx.net.whisper.client import Whisper

__all__ = ["Whisper"]
