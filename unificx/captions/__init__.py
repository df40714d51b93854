"""Live captions of meetings, recognized on this machine and stored nowhere."""

from unificx.captions.events import CaptionRecognized, CaptionsBehind
from unificx.captions.segmenter import Segment, SpeechSegmenter
from unificx.captions.service import CaptionDependencies, CaptionRules, MeetingCaptions

__all__ = [
    "CaptionDependencies",
    "CaptionRecognized",
    "CaptionRules",
    "CaptionsBehind",
    "MeetingCaptions",
    "Segment",
    "SpeechSegmenter",
]
