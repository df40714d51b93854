"""How much of a message is looked at: checked before any pattern runs over it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`message`, `line` in bytes and characters; a folded header counts as one line."""

    message: int = 65_536
    headers: int = 100
    line: int = 8_192


LIMITS = Limits()
