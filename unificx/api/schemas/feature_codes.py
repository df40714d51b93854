"""Schema of feature codes."""

from pydantic import Field

from unificx.api.schemas.core import Output
from unificx.routing import Argument


class FeatureText(Output):
    """The effect of a code, in each language."""

    en: str
    de: str


class FeatureCode(Output):
    """A feature code."""

    code: str = Field(description="The code, as dialled.", examples=["*86"])
    name: str = Field(description="Name of the feature, which does not change.", examples=["fetch"])
    text: FeatureText
    argument: Argument | None = Field(
        description="The kind of number dialled right after the code; null for none.", examples=["slot"]
    )
    optional: bool = Field(description="Whether the argument may be left out.")
