"""Conversion of uploaded audio files and of text into sounds, in a separate process."""

from unificx.net.studio.client import Studio

__all__ = ["Studio"]
