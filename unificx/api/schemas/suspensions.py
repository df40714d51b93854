"""Bodies of suspensions and their reviews."""

from datetime import datetime

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.api.schemas.times import Time
from unificx.identity import GRACE_DAYS, MAX_GRACE_DAYS, GivenReason, ReviewState, SuspensionReason

MAX_TEXT = 2_000
Reference = Field(min_length=1, max_length=400, description="`reference` of the problem `account_suspended`.")


class NewSuspension(Input):
    """Why an account or a tenant is suspended. The persons concerned are told."""

    reason: GivenReason = Field(
        description="`terms`: against the terms of use; `security`: others may use the account; `fraud`; `payment`: an"
        " invoice is unpaid; `absence`: for the time being; `minor`: reported to be under 18; `other`."
    )
    text: str = Field(default="", max_length=MAX_TEXT, description="Text for the suspended person.")
    until: Time | None = Field(default=None, description="When it ends by itself; null: never.")


class Suspension(Output):
    """A suspension in force."""

    reason: SuspensionReason
    text: str
    since: datetime
    until: datetime | None = Field(description="When it ends by itself.")
    by: str = Field(description="Id of the person who suspended, or `console`.")
    review: ReviewState = Field(description="Whether the suspended person has asked for a review.")
    review_id: str | None = Field(description="The request for the review.")


class SuspensionReference(Input):
    reference: str = Reference


class ReviewRequest(Input):
    reference: str = Reference
    text: str = Field(min_length=1, max_length=5_000, description="Why the suspension should end.")


class SuspensionNotice(Output):
    """The suspension as the suspended person sees it. Only administrators see why their organisation is suspended."""

    whole_tenant: bool = Field(description="Whether the whole organisation is suspended, not the account alone.")
    reason: SuspensionReason | None = Field(description="Null if it is not shown, or none was given.")
    text: str
    since: datetime | None
    until: datetime | None = Field(description="When it ends by itself.")
    review: ReviewState
    may_ask: bool = Field(description="Whether this person can ask for a review.")
    erases: datetime | None = Field(description="When the closed organisation is erased.")
    may_reopen: bool = Field(description="Whether this person can reopen the closed organisation.")


class Review(Output):
    """A review that was asked for."""

    id: str
    due: datetime = Field(description="Until when it is decided.")


class NewClosing(Input):
    days: int = Field(
        default=GRACE_DAYS,
        ge=1,
        le=MAX_GRACE_DAYS,
        description="Days until the tenant is erased. Only operators choose fewer than the default.",
    )


class Closing(Output):
    """The closing of a tenant, and its consequences: the data that is erased, and that which stays."""

    erases: datetime | None = Field(description="When the tenant is erased; null: it is not closed.")
    days: int = Field(description="Days in which a closing can be taken back.")
    people: int
    extensions: int
    numbers: int = Field(description="Public numbers.")
    recordings: int
    open_invoices: int = Field(description="Invoices that are not paid. They are due all the same.")
    invoices: int = Field(description="Invoices and credit notes, which stay for eight years (§ 147 AO).")
