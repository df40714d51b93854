"""Bodies of the rotation of keys."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from unificx.api.schemas.core import Input, Output


class KeyRotationStart(Input):
    """The keys that are to be replaced."""

    keys: Literal["master", "tenants"] = Field(description="The master key, or the keys of tenants.")


class KeyRotation(Output):
    """State of the rotation of keys."""

    running: bool
    done: int = Field(description="Keys that were wrapped anew, since the rotation began or was resumed.")
    total: int
    failure: str = Field(description="Empty, or why the latest attempt failed; the server repeats it.")
    former_master: bool = Field(
        description="Whether a former master key is to be removed by hand, as the server cannot change its source."
    )
    tenants_rotated: datetime | None = Field(description="End of the latest rotation of keys of tenants.")
    master_rotated: datetime | None = Field(description="End of the latest rotation of the master key.")
