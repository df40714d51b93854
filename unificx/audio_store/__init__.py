"""The audio store: sealed audio files, their content keys, blobs, derived data and custom sounds."""

from unificx.audio_store.blobs import BlobStore, LocalBlobStore
from unificx.audio_store.content_keys import audio_id_of
from unificx.audio_store.custom_sounds import (
    MENU_SOUNDS,
    OWN_SOUNDS,
    CustomSounds,
    check_prompt,
    check_replaceable,
    is_notice,
    prompt_by_code,
    prompt_exists,
    sound_limits,
    sound_name,
)
from unificx.audio_store.derived import store_derived
from unificx.audio_store.file_format import ENCODING_OPUS, FILE_HEADER, AudioHeader, ChunkCipher, CorruptAudio
from unificx.audio_store.incoming import IncomingFile
from unificx.audio_store.models import WaveformPart, call_party_field
from unificx.audio_store.ogg_opus import OggOpusEncoder
from unificx.audio_store.ports import Transcriber, TranscriptionFailed
from unificx.audio_store.privacy import sound_holding
from unificx.audio_store.prompt_overrides import PromptOverrides
from unificx.audio_store.reader import AudioReader
from unificx.audio_store.repository import (
    NO_VIDEO,
    OPUS,
    SAMPLES,
    WEBM,
    AudioFiles,
    AudioRecord,
    audio_ids_of_tenant,
    audio_of_owner,
    drop_tenant_audio,
    file_name,
    final_audio_states,
    known_files,
    present_files,
    set_audio_form,
    set_video,
    unfinished_videos,
    untranscoded_audio,
    video_name,
    videos_among,
)
from unificx.audio_store.retention import due_eraser
from unificx.audio_store.schemas import CustomSound, DerivedData, Transcript
from unificx.audio_store.sealed_file import SealedFileReader
from unificx.audio_store.service import AudioStore, AudioStoreDependencies
from unificx.audio_store.unused import UnusedAudio
from unificx.audio_store.video import create_video, open_video
from unificx.audio_store.wav import WAV_HEADER_SIZE, wav_header
from unificx.audio_store.waveform import WaveformBuilder
from unificx.audio_store.writer import AudioWriter, SealedFileWriter

__all__ = [
    "ENCODING_OPUS",
    "FILE_HEADER",
    "MENU_SOUNDS",
    "NO_VIDEO",
    "OPUS",
    "OWN_SOUNDS",
    "SAMPLES",
    "WAV_HEADER_SIZE",
    "WEBM",
    "AudioFiles",
    "AudioHeader",
    "AudioReader",
    "AudioRecord",
    "AudioStore",
    "AudioStoreDependencies",
    "AudioWriter",
    "BlobStore",
    "ChunkCipher",
    "CorruptAudio",
    "CustomSound",
    "CustomSounds",
    "DerivedData",
    "IncomingFile",
    "LocalBlobStore",
    "OggOpusEncoder",
    "PromptOverrides",
    "SealedFileReader",
    "SealedFileWriter",
    "Transcriber",
    "Transcript",
    "TranscriptionFailed",
    "UnusedAudio",
    "WaveformBuilder",
    "WaveformPart",
    "audio_id_of",
    "audio_ids_of_tenant",
    "audio_of_owner",
    "call_party_field",
    "check_prompt",
    "check_replaceable",
    "create_video",
    "drop_tenant_audio",
    "due_eraser",
    "file_name",
    "final_audio_states",
    "is_notice",
    "known_files",
    "open_video",
    "present_files",
    "prompt_by_code",
    "prompt_exists",
    "set_audio_form",
    "set_video",
    "sound_holding",
    "sound_limits",
    "sound_name",
    "store_derived",
    "unfinished_videos",
    "untranscoded_audio",
    "video_name",
    "videos_among",
    "wav_header",
]
