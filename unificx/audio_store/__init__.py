"""The audio store: sealed audio files, their content keys, blobs, derived data and custom sounds."""

from unificx.audio_store.blobs import Blobs, Directory
from unificx.audio_store.content_keys import audio_of
from unificx.audio_store.custom_sounds import OwnSounds, check_prompt, check_replaceable, is_notice, limits, named_by
from unificx.audio_store.derived import store_derived
from unificx.audio_store.file_format import ENCODING_OPUS, Damaged, Header, Sealer
from unificx.audio_store.models import WaveformPart, as_the_call_said
from unificx.audio_store.ogg_opus import Coding
from unificx.audio_store.ports import CannotTranscribe, KeyRing, Transcriber
from unificx.audio_store.prompt_overrides import Voice
from unificx.audio_store.reader import Reader
from unificx.audio_store.repository import (
    OPUS,
    SAMPLES,
    Kept,
    audio_ids_of_tenant,
    drop_tenant_audio,
    file_of,
    final_audio_states,
    set_audio_form,
    untranscoded_audio,
)
from unificx.audio_store.schemas import Derived, OwnSound, Transcript
from unificx.audio_store.sealed_file import Stored
from unificx.audio_store.service import Audio, AudioParts
from unificx.audio_store.wav import WAV_HEADER_SIZE, wav_header
from unificx.audio_store.waveform import Loudness
from unificx.audio_store.writer import SealedFile, Writer

__all__ = [
    "ENCODING_OPUS",
    "OPUS",
    "SAMPLES",
    "WAV_HEADER_SIZE",
    "Audio",
    "AudioParts",
    "Blobs",
    "CannotTranscribe",
    "Coding",
    "Damaged",
    "Derived",
    "Directory",
    "Header",
    "Kept",
    "KeyRing",
    "Loudness",
    "OwnSound",
    "OwnSounds",
    "Reader",
    "SealedFile",
    "Sealer",
    "Stored",
    "Transcriber",
    "Transcript",
    "Voice",
    "WaveformPart",
    "Writer",
    "as_the_call_said",
    "audio_ids_of_tenant",
    "audio_of",
    "check_prompt",
    "check_replaceable",
    "drop_tenant_audio",
    "file_of",
    "final_audio_states",
    "is_notice",
    "limits",
    "named_by",
    "set_audio_form",
    "store_derived",
    "untranscoded_audio",
    "wav_header",
]
