"""Prompts from disk: decoded on first use and cached in memory."""

import math
import re
from array import array
from collections import OrderedDict
from collections.abc import Sequence

from unificx.media.sounds import Sound
from unificx.prompts.g722_files import RATE, decode
from unificx.prompts.manifest import ANY, LANGUAGES, MUSIC, prompt_path
from unificx.prompts.phrases.sequences import PAUSE

_NAME = re.compile(r"[a-z]+/[a-z0-9-]+\Z")
BEEP = "beep"
"""A tone, not speech: the tone before a recording."""


def _beep() -> Sound:
    """Return 0.4 s of 1 kHz at a quarter of the full scale, with edges of 10 ms."""
    count, edge = RATE * 2 // 5, 160
    values = [
        0.25 * min(1.0, at / (edge - 1), (count - 1 - at) / (edge - 1)) * math.sin(2 * math.pi * 1000 * at / RATE)
        for at in range(count)
    ]
    return Sound(array("h", [round(value * 32768) for value in values]).tobytes(), RATE)


_TONES = {PAUSE: Sound(bytes(2 * RATE // 4), RATE), BEEP: _beep()}


class PromptNotFound(LookupError):
    """There is no prompt of this name."""


class Prompts:
    """Implements `recording.Prompts`. `cache_bytes` is the cache size in bytes of samples.

    An unavailable language falls back to English; a regional variant such as "de-AT" to its language.
    """

    def __init__(self, cache_bytes: int = 16_000_000) -> None:
        self._cache_bytes = cache_bytes
        self._cached_bytes = 0
        self._cache: OrderedDict[tuple[str, str], Sound] = OrderedDict()

    def sound(self, name: str, language: str) -> Sound:
        """One prompt. Raises UnknownPrompt."""
        if name in _TONES:
            return _TONES[name]
        key = (ANY if name == MUSIC else available_language(language), name)
        found = self._cache.get(key)
        if found is None:
            return self._store(key, self._read(name, key[0]))
        self._cache.move_to_end(key)
        return found

    def named(self, name: str, language: str) -> Sequence[Sound]:
        return (self.sound(name, language),)

    def all(self, names: Sequence[str], language: str) -> Sequence[Sound]:
        """Several prompts in sequence."""
        return tuple(self.sound(name, language) for name in names)

    def music(self) -> Sound:
        """Music on hold, to be played in a loop."""
        return self.sound(MUSIC, ANY)

    def _read(self, name: str, language: str) -> Sound:
        try:
            if not _NAME.match(name):
                raise FileNotFoundError
            return Sound(decode(prompt_path(name, language).read_bytes()), RATE)
        except FileNotFoundError:
            raise PromptNotFound(f"Prompt {name!r} not found for language {language!r}.") from None

    def _store(self, key: tuple[str, str], sound: Sound) -> Sound:
        self._cache[key] = sound
        self._cached_bytes += len(sound.pcm)
        while self._cached_bytes > self._cache_bytes and len(self._cache) > 1:
            self._cached_bytes -= len(self._cache.popitem(last=False)[1].pcm)
        return sound


def available_language(language: str) -> str:
    """The available language closest to this one."""
    short = language.partition("-")[0].lower()
    return short if short in LANGUAGES else "en"
