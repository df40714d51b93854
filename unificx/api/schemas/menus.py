"""Schemas of menus."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx.api.schemas.core import NUMBER, Input, Versioned

MenuName = Annotated[str, Field(min_length=1, max_length=100, examples=["Main menu"])]
Say = Annotated[
    str,
    Field(
        max_length=1000,
        description="Text that is spoken as the prompt. Plain text: markup such as SSML is refused.",
        examples=["Welcome to Acme. For sales, press one."],
    ),
]
SoundName = Annotated[
    str,
    Field(
        max_length=64,
        description="Sound that is the prompt in place of a text: the name of an own sound or of a standard prompt.",
        examples=["welcome"],
    ),
]
Destination = Annotated[str, Field(max_length=132, examples=["extension:1001"])]
Keys = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=1)], Destination],
    Field(
        max_length=12,
        description="Destination by key: 0 to 9, * and #. Without a destination, * returns to the menu before, and #"
        " repeats this one.",
        examples=[{"1": "extension:1001", "2": "mailbox:1002"}],
    ),
]
MenuLanguage = Annotated[Literal["", "en", "de"], Field(description="Language of prompts; empty: that of the caller.")]
KeyTimeout = Annotated[float, Field(ge=1, le=30, description="Seconds to wait for a key after the prompt.")]
Attempts = Annotated[
    int, Field(ge=1, le=5, description="Missing or invalid entries until the call continues at `otherwise`.")
]
DirectDial = Annotated[bool, Field(description="Callers may dial the number of an extension.")]


class Menu(Versioned):
    """A menu that callers control with the keys of their telephone."""

    id: str
    tenant_id: str
    number: str
    name: str
    created: datetime
    say: str = Field(description="Spoken text; empty if the prompt is a sound.")
    sound: str = Field(description="Name of the sound; empty if the prompt is a text.")
    keys: dict[str, str] = Field(description="Destination by key.")
    otherwise: str = Field(description="Destination after too many missing or invalid entries.")
    language: str
    timeout: float
    attempts: int
    direct_dial: bool


class NewMenu(Input):
    number: str = Field(pattern=NUMBER, examples=["7000"])
    name: MenuName | None = None
    say: Say = ""
    sound: SoundName = ""
    keys: Keys = Field(default_factory=dict[str, str])
    otherwise: Destination
    language: MenuLanguage = ""
    timeout: KeyTimeout = 5.0
    attempts: Attempts = 3
    direct_dial: DirectDial = False


class MenuChange(Input):
    """Omitted or null fields stay unchanged; `keys` replaces all keys. A number cannot change: delete and create."""

    name: MenuName | None = None
    say: Say | None = None
    sound: SoundName | None = None
    keys: Keys | None = None
    otherwise: Destination | None = None
    language: MenuLanguage | None = None
    timeout: KeyTimeout | None = None
    attempts: Attempts | None = None
    direct_dial: DirectDial | None = None
