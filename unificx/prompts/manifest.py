"""Manifest of rendered prompts: text, voice, duration and digest of each file."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

from unificx.prompts.g722_files import SUFFIX
from unificx.prompts.phrases.vocabulary import vocabulary
from unificx.prompts.sentences import sentences

SOUNDS = Path(__file__).parent / "sounds"
LANGUAGES = ("en", "de")
MUSIC, ANY = "music/hold", "any"
"""Music on hold, which has no language."""


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """A rendered prompt file."""

    text: str
    voice: str
    seconds: float
    sha256: str


def prompt_texts(language: str) -> dict[str, str]:
    """All prompt texts of a language, by name."""
    return sentences(language) | vocabulary(language)


def prompt_code(name: str) -> str:
    """The six-digit code of a prompt, for selection by DTMF; it depends only on the name."""
    return str(crc32(name.encode()) % 900_000 + 100_000)


def prompt_path(name: str, language: str) -> Path:
    return SOUNDS / language / f"{name}{SUFFIX}"


@cache
def load_manifest() -> dict[str, dict[str, RenderedPrompt]]:
    """Rendered prompts by language and name. Read once: rendered prompts do not change while the server runs."""
    stored = json.loads((SOUNDS / "manifest.json").read_text("utf-8")) if (SOUNDS / "manifest.json").exists() else {}
    return {
        language: {name: RenderedPrompt(**one) for name, one in found.items()} for language, found in stored.items()
    }


def save_manifest(manifest: dict[str, dict[str, RenderedPrompt]]) -> None:
    plain = {language: {name: asdict(found[name]) for name in sorted(found)} for language, found in manifest.items()}
    text = json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True)
    (SOUNDS / "manifest.json").write_text(text + "\n", "utf-8")
