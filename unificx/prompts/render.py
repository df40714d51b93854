"""Renders all prompts whose text has changed: `python -m unificx.prompts.render [--all]`.

Needs requirements/prompts.txt. Up-to-date files are not rendered again, because the engine's output is not
reproducible.
"""

import hashlib
import sys
from pathlib import Path

from unificx.prompts.g722_files import RATE, SUFFIX, encode
from unificx.prompts.loudness import Wave
from unificx.prompts.manifest import (
    ANY,
    LANGUAGES,
    MUSIC,
    SOUNDS,
    RenderedPrompt,
    load_manifest,
    prompt_path,
    prompt_texts,
    save_manifest,
)
from unificx.prompts.music import generate_music
from unificx.prompts.phrases.vocabulary import vocabulary
from unificx.prompts.text_to_speech import VOICES, synthesize_wave

PAUSE = 0.2
"""Seconds of silence after a sentence; none after a single word."""


def main(arguments: list[str]) -> None:
    old = {} if "--all" in arguments else load_manifest()
    wanted = {language: prompt_texts(language) for language in LANGUAGES} | {ANY: {MUSIC: ""}}
    new: dict[str, dict[str, RenderedPrompt]] = {language: {} for language in wanted}
    for language, found in wanted.items():
        before = old.get(language, {})
        for name, text in found.items():
            new[language][name] = _render_if_changed(before.get(name), name, language, text)
    save_manifest(new)
    paths = {prompt_path(name, language) for language, found in wanted.items() for name in found}
    for path in {each for each in SOUNDS.rglob(f"*{SUFFIX}") if each not in paths}:
        path.unlink()


def _render_if_changed(before: RenderedPrompt | None, name: str, language: str, text: str) -> RenderedPrompt:
    """Keep the existing file if its text, voice and digest match; otherwise render it."""
    path, voice = prompt_path(name, language), VOICES.get(language, "")
    if before is not None and (before.text, before.voice) == (text, voice) and _digest(path) == before.sha256:
        return before
    path.parent.mkdir(parents=True, exist_ok=True)
    sound = _sound(name, language, text)
    path.write_bytes(encode(sound))
    sys.stdout.write(f"{language} {name}\n")
    return RenderedPrompt(text, voice, round(len(sound) / RATE, 2), _digest(path))


def _sound(name: str, language: str, text: str) -> Wave:
    if name == MUSIC:
        return generate_music(RATE)
    return synthesize_wave(text, language, 0.0 if name in vocabulary(language) else PAUSE)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


if __name__ == "__main__":
    main(sys.argv[1:])
