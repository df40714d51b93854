"""Schemas of plans and of the charges of a month."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from unificx.api.schemas.billing import Amount, Currency
from unificx.api.schemas.core import Input, Output, Versioned
from unificx.billing import ChargeKind, ChargeUnit, TrialState

Price = Annotated[
    int,
    Field(
        ge=0,
        le=1_000_000_000_000,
        description="Per month, in millionths of the main unit of the currency.",
        examples=[29_900_000],
    ),
]
Group = Annotated[str, Field(max_length=31, pattern=r"^[a-z0-9_-]*$")]
Minutes = Annotated[int, Field(ge=0, le=10_000_000)]
Gigabytes = Annotated[int, Field(ge=0, le=1_000_000, description="Of 1,000,000,000 bytes.", examples=[10])]
Included = Annotated[
    dict[Group, Minutes],
    Field(
        max_length=20,
        description="Included minutes per month by group of rates; empty group: for calls of any group.",
        examples=[{"": 100, "mobile": 50}],
    ),
]
TrialDays = Annotated[int, Field(ge=0, le=366, description="Free days of a tenant; 0: none.", examples=[30])]
PlanName = Annotated[str, Field(min_length=1, max_length=60, examples=["Business"])]


class PlanTerms(Output):
    """Prices of a plan from a day on."""

    since: date = Field(description="First day; the first terms apply before it too.")
    price: Amount
    extension_price: Amount = Field(description="Of each extension, per month.")
    number_price: Amount = Field(description="Of each public number, per month.")
    included: dict[str, int] = Field(description="Included minutes per month by group; empty group: any.")
    storage_price: Amount = Field(description="Of each gigabyte above the included ones, per month.")
    storage_gb: int = Field(description="Included gigabytes of the tenant.")
    extension_storage_gb: int = Field(description="Further included gigabytes for each extension.")


class Plan(Versioned):
    """A plan that the operator sells."""

    live: ClassVar[Mapping[str, Any]] = {"tenants": True}

    id: str
    name: str
    currency: str
    created: datetime
    archived: bool = Field(description="Whether it is not assigned to further tenants.")
    tenants: int | None = Field(default=None, description="Tenants that have it now; null for administrators.")
    terms: list[PlanTerms] = Field(description="In the order of their first days.")
    trial_days: int = Field(description="Free days of a tenant whose first plan it is.")
    sign_up: bool = Field(description="Whether organisations that sign up get it.")


class NewPlan(Input):
    name: PlanName
    currency: Currency = "EUR"
    price: Price
    extension_price: Price = 0
    number_price: Price = 0
    included: Included = Field(default_factory=dict[str, int])
    storage_price: Price = 0
    storage_gb: Gigabytes = 0
    extension_storage_gb: Gigabytes = 0
    trial_days: TrialDays = 0
    sign_up: bool = False


class PlanUpdate(Input):
    """Values that are left out stay as they are."""

    name: PlanName | None = None
    archived: bool | None = None
    price: Price | None = None
    extension_price: Price | None = None
    number_price: Price | None = None
    included: Included | None = None
    storage_price: Price | None = None
    storage_gb: Gigabytes | None = None
    extension_storage_gb: Gigabytes | None = None
    trial_days: TrialDays | None = None
    sign_up: bool | None = Field(default=None, description="Organisations that sign up get it, and no other plan.")
    since: date | None = Field(
        default=None,
        description="First day of other prices and minutes, by default that of next month. A plan that was never"
        " assigned changes at once.",
    )


class NewAssignment(Input):
    """The plan of a tenant from a day on."""

    plan: str = Field(min_length=1, max_length=64, description="Id or name of the plan.", examples=["Business"])
    since: date | None = Field(
        default=None, description="First day in the time zone of the tenant, in the present month or later; now: today."
    )
    trial_days: TrialDays | None = Field(
        default=None, description="By default those of the plan if it is the first one of the tenant."
    )


class Assignment(Output):
    """The plan of a tenant from a day on, until the next one."""

    since: date
    plan_id: str | None = Field(description="Null: no plan from this day on.")
    plan: str | None = Field(default=None, description="Name of the plan.")


class Trial(Output):
    """The trial of a tenant."""

    since: date
    until: date = Field(description="The day after the last one.")
    charged_since: date | None = Field(description="First day on which the plan is charged; null: not decided.")
    state: TrialState = Field(
        description="`continued`: the plan is charged afterwards. `ended`: calls outside are refused until it is"
        " decided to continue."
    )


class NewTrialEnd(Input):
    until: date = Field(description="The day after the last one, today at the earliest.")


class TenantPlan(Output):
    """The plan of a tenant."""

    present: Plan | None = Field(description="The plan in force today.")
    assignments: list[Assignment] = Field(description="In the order of their days.")
    trial: Trial | None = Field(description="Null: it never had one.")


class Charge(Output):
    """A charge of a month, net."""

    kind: ChargeKind
    name: str = Field(description="Of the plan; for calls the group of rates, or the code of the country.")
    quantity: int | float = Field(
        description="For calls: minutes that included minutes do not cover, rounded up; for storage: gigabytes above"
        " the included ones, with up to two decimals, rounded down.",
        examples=[1],
    )
    unit: ChargeUnit
    unit_price: Amount | None = Field(description="Per month; null for calls.")
    amount: Amount
    currency: str
    since: date
    until: date = Field(description="The day after the last one.")


class IncludedUse(Output):
    """Use of included minutes."""

    group: str = Field(description="Empty: for calls of any group.")
    since: date
    until: date
    included_seconds: int
    used_seconds: int


class StorageUse(Output):
    """Storage in a period of the month, in bytes."""

    since: date
    until: date
    last: int = Field(description="On the last day that was measured.")
    mean: int = Field(description="Of the days that were measured.")
    included: int
    price: Amount = Field(description="Of each gigabyte above the included ones, per month.")
    currency: str


class MonthCosts(Output):
    """Charges of a month; for the present month, as far as they are known."""

    month: str = Field(examples=["2027-03"])
    charges: list[Charge]
    included: list[IncludedUse]
    storage: list[StorageUse] = Field(description="Empty if the plan has no price for it, or before it is measured.")
    unrated: int = Field(description="Calls that have no price yet, because no rate matches. They are not charged.")
