"""Ports of the recorder, filled by the composition root."""

from collections.abc import Sequence
from typing import Protocol

from unificx.media.sounds import Sound


class Prompts(Protocol):
    """Prompts by name, in the available languages."""

    def named(self, name: str, language: str) -> Sequence[Sound]: ...
