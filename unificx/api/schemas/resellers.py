"""Schemas of resellers and their tenants."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx.api.schemas.billing import Amount
from unificx.api.schemas.core import SLUG, Email, Input, Name, Output
from unificx.api.schemas.invoices import InvoiceState
from unificx.identity import Language

Product = Annotated[
    str, Field(min_length=1, max_length=30, description="Name under which it is sold.", examples=["Cloudphone"])
]
Accent = Annotated[
    str,
    Field(
        min_length=7,
        max_length=7,
        description="Accent colour. White text on it needs a contrast of 4.5:1; the dark theme has a lighter shade.",
        examples=["#0b5563"],
    ),
]
SupportEmail = Annotated[str, Field(max_length=320, description="Support address; empty: none.")]
Hosts = Annotated[
    list[Annotated[str, Field(max_length=253)]],
    Field(max_length=20, description="Host names with this brand.", examples=[["phone.example.com"]]),
]
PlanIds = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=200)]
PlanName = Annotated[str, Field(min_length=1, max_length=64, description="Id or name of an allowed plan.")]


class Brand(Output):
    """How the product looks at the host name of the request."""

    product: str
    company: str | None = Field(description="The reseller; null: the operator.")
    support_email: str
    shades: list[str] | None = Field(description="Ten shades of the accent colour; null: those of the product.")
    logo: str | None = Field(description="Path of the logo, a PNG image.")


class Reseller(Output):
    """A company that sells the service under a brand of its own."""

    id: str
    tenant: str = Field(description="Short name of the tenant of its own people.")
    name: str = Field(description="Of the company.")
    product: str
    accent: str
    support_email: str
    hosts: list[str]
    plans: list[str] = Field(description="Ids of the plans that it may sell.")
    has_logo: bool
    tenants: int = Field(description="Number of its tenants.")
    created: datetime


class NewReseller(Input):
    tenant: str = Field(pattern=SLUG, description="Tenant whose people are those of the reseller.", examples=["acme"])
    name: Name
    product: Product
    accent: Accent = "#0b5563"
    support_email: SupportEmail = ""
    hosts: Hosts = Field(default_factory=list[str])
    plans: PlanIds = Field(default_factory=list[str], description="Ids or names of the plans that it may sell.")


class ResellerUpdate(Input):
    """Values that are left out stay as they are."""

    name: Name | None = None
    product: Product | None = None
    accent: Accent | None = None
    support_email: SupportEmail | None = None
    hosts: Hosts | None = None
    plans: PlanIds | None = None


class BrandUpdate(Input):
    """Values that are left out stay as they are."""

    product: Product | None = None
    accent: Accent | None = None
    support_email: SupportEmail | None = None


class OfferedPlan(Output):
    """A plan that the reseller may sell."""

    id: str
    name: str
    currency: str
    price: Amount = Field(description="Per month, today.")
    extension_price: Amount = Field(description="Of each extension, per month.")
    number_price: Amount = Field(description="Of each public number, per month.")
    storage_price: Amount = Field(description="Of each gigabyte above the included ones, per month.")
    trial_days: int


class NewCustomer(Input):
    """A new tenant of the reseller. Its first administrator is invited by e-mail."""

    slug: str = Field(pattern=SLUG, description="The tenant's short name.", examples=["bakery"])
    name: Name
    domain: str = Field(max_length=253, description="Its SIP domain.", examples=["bakery.example"])
    language: Language = "en"
    plan: PlanName | None = None
    administrator_name: Name
    administrator_email: Email


class Customer(Output):
    """A tenant of the reseller."""

    id: str
    slug: str
    name: str
    state: Literal["active", "suspended"]
    created: datetime
    extensions: int
    plan: str | None = Field(description="Name of its plan today.")


class CustomerInvoice(Output):
    """An invoice of the operator, or the credit note that cancels one."""

    number: str
    state: InvoiceState
    month: date = Field(description="First day of the month.")
    currency: str
    total: Amount
    left: Amount = Field(description="Amount that is left to pay.")
    due: date


class CustomerCharges(Output):
    """Costs of the present month so far, net."""

    currency: str
    amount: Amount


class CustomerDetails(Customer):
    """A tenant of the reseller with its totals."""

    numbers: int = Field(description="Public numbers.")
    charges: list[CustomerCharges]
    invoices: list[CustomerInvoice] = Field(description="Newest first, at most 100.")


class CustomerPlan(Input):
    plan: PlanName
    since: date | None = Field(default=None, description="First day; by default today.")
