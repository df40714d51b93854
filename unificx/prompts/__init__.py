"""Prompts in English and German, spoken numbers and dates, music on hold, and text-to-speech."""

from unificx.prompts.g722_files import RATE
from unificx.prompts.loudness import SPEECH_LEVEL
from unificx.prompts.manifest import ANY, LANGUAGES, MUSIC, RenderedPrompt, load_manifest, prompt_code, prompt_texts
from unificx.prompts.music import LEVEL
from unificx.prompts.phrases.sequences import say_digits, say_messages, say_moment, say_number
from unificx.prompts.prompts import BEEP, PromptNotFound, Prompts, available_language
from unificx.prompts.text_to_speech import SpeechUnavailable, speech_available, synthesize
from unificx.prompts.uploads import decode_upload, normalize_recording

__all__ = [
    "ANY",
    "BEEP",
    "LANGUAGES",
    "LEVEL",
    "MUSIC",
    "RATE",
    "SPEECH_LEVEL",
    "PromptNotFound",
    "Prompts",
    "RenderedPrompt",
    "SpeechUnavailable",
    "available_language",
    "decode_upload",
    "load_manifest",
    "normalize_recording",
    "prompt_code",
    "prompt_texts",
    "say_digits",
    "say_messages",
    "say_moment",
    "say_number",
    "speech_available",
    "synthesize",
]
