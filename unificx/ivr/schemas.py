"""Schemas of menus. Texts, keys and destinations never appear in a `repr`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from unificx.routing import DestinationRef

KEYS = "1234567890*#"
"""Keys that a menu may use."""


@dataclass(frozen=True, slots=True)
class MenuSettings:
    """Settings of a menu.

    `language`: of its prompts, "" for that of the caller. `timeout`: seconds to wait for a key after the prompt.
    `attempts`: missing or invalid entries until the call leaves for `otherwise`. `direct_dial`: callers may dial an
    extension.
    """

    language: str = ""
    timeout: float = 5.0
    attempts: int = 3
    direct_dial: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu. Its prompt is the text `say`, or the sound `sound`; `greeting` is the stored audio of the text."""

    id: str
    tenant_id: str
    number: str
    name: str
    created: datetime
    otherwise: DestinationRef
    settings: MenuSettings = MenuSettings()
    greeting: str = ""
    say: str = field(default="", repr=False)
    sound: str = field(default="", repr=False)
    keys: Mapping[str, DestinationRef] = field(default_factory=dict[str, DestinationRef], repr=False)


@dataclass(frozen=True, slots=True)
class NewMenu:
    """Values of a new menu. Destinations are in text form. The default name is the number."""

    number: str
    otherwise: str = field(repr=False)
    name: str = ""
    say: str = field(default="", repr=False)
    sound: str = field(default="", repr=False)
    keys: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    settings: MenuSettings = MenuSettings()


@dataclass(frozen=True, slots=True)
class MenuChange:
    """Changes to a menu. None keeps a value; `keys` replaces all keys, `say` and `sound` replace each other."""

    name: str | None = None
    say: str | None = field(default=None, repr=False)
    sound: str | None = field(default=None, repr=False)
    keys: Mapping[str, str] | None = field(default=None, repr=False)
    otherwise: str | None = field(default=None, repr=False)
    language: str | None = None
    timeout: float | None = None
    attempts: int | None = None
    direct_dial: bool | None = None
