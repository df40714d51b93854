"""Live captions of meetings, recognized on this machine and stored nowhere."""

from unificx.captions.segmenter import SpeechSegmenter
from unificx.captions.service import CaptionDependencies, CaptionRules, MeetingCaptions

__all__ = ["CaptionDependencies", "CaptionRules", "MeetingCaptions", "SpeechSegmenter"]
