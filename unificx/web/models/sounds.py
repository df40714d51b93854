"""Organisations' own sounds."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from unificx.web.models.core import Output

Language = Literal["en", "de", "any"]


class OwnSound(Output):
    """A sound heard in the place of the standard one of its name."""

    language: Language = Field(description="Any: music has none.")
    name: str = Field(description="Of the prompt, or `music/hold`.", examples=["voicemail/leave"])
    seconds: float
    created: datetime


class Prompt(Output):
    """Something that is said."""

    name: str
    language: Language
    text: str = Field(description="What the standard voice says; empty for music.")
    code: str = Field(description="Six digits that name it to *77, where it is recorded by telephone.")
    replaceable: bool = Field(description="False for what tells people what becomes of what they say.")
    own: bool = Field(description="The organisation has its own.")
    seconds: float = Field(description="How long lasts what is heard.")
