"""Schemas of feature codes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from unificx.api.schemas.core import Input, Output, Versioned
from unificx.routing import Argument, CodeKind


class FeatureText(Output):
    """The effect of a code, in each language."""

    en: str
    de: str


class CodeCollision(Output):
    """Another use of what is dialled, which is older than the feature."""

    kind: CodeKind = Field(description="The code of a feature, of opening hours, or of an installed call app.")
    name: str = Field(description="Name of the feature, the opening hours or the call app.", examples=["office"])
    code: str = Field(examples=["*76"])


class FeatureCode(Versioned):
    """A feature and its code."""

    live: ClassVar[Mapping[str, Any]] = {"collision": True}

    code: str = Field(description="The code, as dialled. Empty: the feature is switched off.", examples=["*86"])
    default: str = Field(description="The code of a tenant that has not changed it.", examples=["*86"])
    name: str = Field(description="Name of the feature, which does not change.", examples=["fetch"])
    text: FeatureText
    argument: Argument | None = Field(
        description="The kind of number dialled right after the code; null for none.", examples=["slot"]
    )
    optional: bool = Field(description="Whether the argument may be left out.")
    collision: CodeCollision | None = Field(
        description="Another use of what is dialled, which is older than the feature. Change one of the two codes."
    )


class FeatureCodeUpdate(Input):
    code: str = Field(
        max_length=16,
        description="The new code: `*` or `#`, or two of them, and one to five digits. Empty: the feature is switched"
        " off. Refused if anything that could be dialled would have two meanings.",
        examples=["*70"],
    )
