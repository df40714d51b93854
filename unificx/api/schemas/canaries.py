"""Schema of the canaries of `unificx privacy verify`."""

from pydantic import Field

from unificx.api.schemas.core import Output


class Canaries(Output):
    """A tenant whose personal values are random."""

    tenant_id: str
    domain: str = Field(description="its domain, which is stored unsealed", examples=["canary-8f3a01c2.example"])
    values: list[str] = Field(description="its personal values, none of which may be found in stored bytes")
