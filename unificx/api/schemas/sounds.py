"""Schemas of custom sounds."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from unificx.api.schemas.core import Output

Language = Literal["en", "de", "any"]


class CustomSound(Output):
    """A custom sound that replaces the standard one of the same name."""

    language: Language = Field(description="`any` for music.")
    name: str = Field(description="Name of the prompt, or `music/hold`.", examples=["voicemail/leave"])
    seconds: float
    created: datetime


class Prompt(Output):
    """A prompt."""

    name: str
    language: Language
    text: str = Field(description="Text of the standard prompt; empty for music.")
    code: str = Field(description="Six-digit code of the prompt for *77, where it is recorded by phone.")
    replaceable: bool = Field(description="False for notices about the processing of callers' voices.")
    own: bool = Field(description="The tenant has a custom version.")
    seconds: float = Field(description="Duration of the sound that is played.")
