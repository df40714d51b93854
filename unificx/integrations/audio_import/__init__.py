"""Conversion of uploaded audio files and of text into sounds, in a separate process."""

from unificx.integrations.audio_import.client import AudioImporter

__all__ = ["AudioImporter"]
