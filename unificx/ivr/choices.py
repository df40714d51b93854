"""The meaning of the digits that a caller enters in a menu."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from unificx.routing import DestinationRef


@dataclass(frozen=True, slots=True)
class Go:
    """Continue at a destination."""

    ref: DestinationRef


@dataclass(frozen=True, slots=True)
class More:
    """More digits may follow; `otherwise` applies if none does."""

    otherwise: "Choice"


Choice = Go | Literal["again", "back", "nothing", "invalid"]
"""A destination, or: hear the menu again, return to the menu before, no entry, an invalid entry."""


def choose(
    digits: str, keys: Mapping[str, DestinationRef], extensions: frozenset[str], *, nested: bool
) -> Choice | More:
    """Return what the digits mean so far. `extensions` are the numbers that may be dialled; `nested`: there is a menu
    before this one. Without keys of their own, * returns to it, or repeats the menu as # does."""
    if not digits:
        return "nothing"
    if len(digits) == 1 and digits in "*#" and digits not in keys:
        return "back" if digits == "*" and nested else "again"
    key = Go(keys[digits]) if digits in keys else "invalid"
    longer = any(len(each) > len(digits) and each.startswith(digits) for each in extensions)
    complete = Go(DestinationRef("extension", digits)) if digits in extensions else key
    return More(complete) if longer else complete
