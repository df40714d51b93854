"""Preconditions of changes: what a client wants to change is still as the client has read it."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

Precondition = Callable[[T], object]
"""Called with an object as it is stored, within the transaction that changes it; raises to refuse the change."""


def unconditional(stored: object) -> None:
    """Change an object in any state."""
    del stored
