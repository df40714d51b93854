"""Schemas of credit."""

from pydantic import Field

from unificx.api.schemas.billing import Amount, Currency
from unificx.api.schemas.core import Input, Output


class CreditTerms(Input):
    """How much a tenant may owe."""

    prepaid: bool = Field(description="Whether it pays in advance; then `limit` is 0.")
    currency: Currency = "EUR"
    limit: Amount = Field(default=0, description="Largest debt, in millionths.")
    warn_below: Amount = Field(
        default=0, description="Administrators are notified when less than this is available, in millionths."
    )


class Credit(Output):
    """The credit of a tenant for calls outside. Without a limit, the other values are null."""

    limited: bool
    terms: CreditTerms | None
    owed: Amount | None = Field(description="In millionths; negative: it has paid in advance.")
    reserved: Amount | None = Field(description="For calls in progress.")
    available: Amount | None = Field(description="Limit less `owed` and `reserved`.")
