"""Schemas of public numbers, routes, block lists and the fraud guard."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx import routing
from unificx.api.schemas.core import Input, Output, Versioned
from unificx.routing import (
    BlockDirection,
    LimitScope,
    NumberAction,
    NumberColumn,
    NumberFaultCode,
    NumberImport,
    Reach,
    RefusalRule,
    StopRule,
)

Dialled = Annotated[str, Field(min_length=1, max_length=64, examples=["+49301234567"])]
DestinationText = Annotated[
    str, Field(max_length=140, description="Destination, as `kind:name`.", examples=["extension:1001"])
]
Reference = Annotated[str, Field(min_length=1, max_length=64)]
PatternText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="Digits, +, *, #, X (0-9), Z (1-9), N (2-9), [13-5]; at the end `.` (one or more) or `!` (any).",
        examples=["+."],
    ),
]
RangeText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="The first number, a hyphen, and the last digits of the last number; at most 1,000 numbers.",
        examples=["+49301234500-99"],
    ),
]
Description = Annotated[
    str, Field(max_length=200, description="Purpose of the number.", examples=["Reception, printed on invoices"])
]
_CALLING = "Calling extension, or the group or queue in whose name the call is made, such as `queue:6500`; or empty."
_SHOWN_FOR = (
    "Extensions that show this number when they call outside, by number or id; groups and queues, such as "
    "`queue:6500`, whose calls outside show it."
)


class CallerRule(Output):
    """Destination for callers whose number matches a pattern."""

    pattern: str
    destination: str


class PublicNumber(Versioned):
    """A number of the tenant in the public network."""

    id: str
    tenant_id: str
    number: str = Field(description="In E.164.")
    display: str = Field(description="As it is written in the tenant's country.")
    trunk: str = Field(description="Name of the trunk on which its calls come in.")
    destination: str
    callers: list[CallerRule] = Field(description="Tried before `destination`, in order.")
    shown_for: list[str] = Field(description="Extensions, by number, and groups and queues that show this number.")
    reject_anonymous: bool = Field(description="Callers that withhold their number are rejected.")
    description: Description
    created: datetime


class NewCallerRule(Input):
    pattern: PatternText
    destination: DestinationText


class NewNumberValues(Input):
    """Values of a new number, or of all numbers of a range."""

    trunk: Reference
    destination: DestinationText
    callers: Annotated[list[NewCallerRule], Field(default_factory=list, max_length=50)]
    shown_for: Annotated[list[Reference], Field(default_factory=list, max_length=200, description=_SHOWN_FOR)]
    reject_anonymous: bool = False
    description: Description = ""


class NewPublicNumber(NewNumberValues):
    number: Dialled


class NumberFault(Output):
    """A fault of one cell, or of the whole row."""

    code: NumberFaultCode = Field(description="`unknown`: the tenant has no such trunk, destination or extension.")
    column: NumberColumn | Literal[""] = Field(description="Empty for a fault of the row.")
    message: str


class ImportedNumber(Output):
    """A row, and the action of the import."""

    line: int = Field(description="First line of the row in the file, counted from 1.")
    action: NumberAction
    number: str = Field(description="In E.164, or as written if it is not a telephone number.")
    destination: str
    faults: list[NumberFault]


class NumberImportReport(Output):
    """Result of an import, or of its preview."""

    applied: bool = Field(description="The import was carried out; false for a preview.")
    created: int
    updated: int
    unchanged: int
    refused: int = Field(description="Number of rows with a fault.")
    ignored_columns: list[str]
    rows: list[ImportedNumber]

    @classmethod
    def of(cls, report: NumberImport) -> "NumberImportReport":
        """Return the schema of a report."""
        return cls(
            applied=report.applied,
            created=report.count("create"),
            updated=report.count("update"),
            unchanged=report.count("unchanged"),
            refused=report.count("refused"),
            ignored_columns=list(report.ignored),
            rows=[ImportedNumber.model_validate(row) for row in report.rows],
        )


class RangePreview(Input):
    numbers: RangeText
    extensions: str = Field(
        default="",
        max_length=20,
        description="Pattern of extensions in which each # is one of the last digits of a number, such as 10##.",
    )


class NewNumberRange(NewNumberValues, RangePreview):
    """Numbers with the same values. With `extensions`, a number whose last digits give an extension leads there, and
    the extension shows it; the others lead to `destination`."""


class DirectNumber(Output):
    number: str = Field(description="In E.164.")
    extension: str


class NumberRange(Output):
    """Numbers of a range."""

    numbers: list[str] = Field(description="In E.164.")
    taken: list[str] = Field(description="Those that the tenant had already. The range cannot be added with them.")
    direct: list[DirectNumber] = Field(description="Those that lead to an extension by their last digits.")

    @classmethod
    def of(cls, found: routing.NumberRange) -> "NumberRange":
        direct = [DirectNumber(number=number, extension=extension) for number, extension in found.direct]
        return cls(numbers=list(found.numbers), taken=list(found.taken), direct=direct)


class PublicNumberChange(Input):
    """Omitted or null fields stay unchanged."""

    trunk: Reference | None = None
    destination: DestinationText | None = None
    callers: Annotated[list[NewCallerRule] | None, Field(max_length=50)] = None
    shown_for: Annotated[list[Reference] | None, Field(max_length=200)] = None
    reject_anonymous: bool | None = None
    description: Description | None = None


Trunks = Annotated[
    list[Reference], Field(min_length=1, max_length=20, description="Trunks in the order in which they are tried.")
]
Weights = Annotated[
    list[Annotated[int, Field(ge=0, le=1_000)]],
    Field(
        max_length=20,
        description="Empty: the trunks are tried in order. Otherwise one for each trunk: the calls are shared in"
        " proportion to the weights, and trunks with 0 are tried after the others.",
    ),
]
Position = Annotated[
    int, Field(ge=0, le=10_000, description="Lower ones first; with equal positions the more specific pattern.")
]
Strip = Annotated[int, Field(ge=0, le=20, description="Characters removed from the beginning of the number.")]
Prepend = Annotated[str, Field(max_length=21, description="Digits put before the number.", examples=["0"])]
CallerId = Annotated[str, Field(max_length=32, description="A number of the tenant, or empty.", examples=[""])]


class Route(Versioned):
    """A way to numbers outside."""

    id: str
    tenant_id: str
    name: str
    pattern: str
    position: int
    trunks: list[str] = Field(description="Names of trunks in the order in which they are tried.")
    weights: Weights
    strip: int
    prepend: str
    caller_id: str = Field(description="Number shown, in E.164; empty: that of the caller or of the trunk.")
    created: datetime


class NewRoute(Input):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    pattern: PatternText
    trunks: Trunks
    weights: Weights = Field(default_factory=list[int])
    position: Position = 100
    strip: Strip = 0
    prepend: Prepend = ""
    caller_id: CallerId = ""


class RouteChange(Input):
    """Omitted or null fields stay unchanged."""

    name: Annotated[str | None, Field(min_length=1, max_length=60)] = None
    pattern: PatternText | None = None
    trunks: Trunks | None = None
    weights: Weights | None = Field(None, description="New trunks without weights have none.")
    position: Position | None = None
    strip: Strip | None = None
    prepend: Prepend | None = None
    caller_id: CallerId | None = None


class RouteTestRequest(Input):
    """A call that is not made."""

    from_: Annotated[str, Field(alias="from", max_length=64, description=_CALLING)] = ""
    number: Dialled


class RouteAttempt(Output):
    """A trunk that is tried."""

    trunk: str
    number_sent: str
    caller_id: str
    withheld: bool
    sends_location: bool = Field(description="The place of the caller goes with the call.")


class RouteTest(Output):
    """Decision about a call: how it would be made, or the rule that forbids it."""

    allowed: bool
    number: str = Field(description="The number in E.164, or a short or emergency number as dialled.")
    country: str = Field(description="Country of the number; empty for short numbers.")
    emergency: bool
    route: str | None = Field(description="Name of the route; null for emergency calls without one.")
    trunk: str | None = Field(description="The trunk that is tried first.")
    number_sent: str | None
    caller_id: str | None
    attempts: list[RouteAttempt]
    rule: RefusalRule | None = Field(description="Rule that forbids the call.")
    reason: str | None = Field(description="Explanation of the rule.")
    stop: str | None = Field(description="Id of the stop that forbids the call.")
    location: str = Field(description="Of an emergency call: the place of the caller; empty if none is known.")


class Block(Output):
    """An entry of a block or allow list."""

    id: str
    tenant_id: str
    number: str = Field(description="In E.164, or a pattern of such numbers.")
    extension: str | None = Field(description="Extension whose list it is; null: that of the tenant.")
    direction: BlockDirection
    list: Literal["block", "allow"]
    note: str
    created: datetime


class NewBlock(Input):
    number: Annotated[str, Field(min_length=1, max_length=64, examples=["+49900."])]
    extension: Annotated[str | None, Field(max_length=64)] = None
    direction: BlockDirection = "in"
    list: Literal["block", "allow"] = "block"
    note: Annotated[str, Field(max_length=200)] = ""


class CallingPolicy(Versioned):
    """Permissions of the tenant for calls outside."""

    countries: list[str] = Field(description="Countries that may be called besides the tenant's own.")
    premium: bool = Field(description="Premium numbers may be called.")
    alerted: list[str] = Field(description="Users notified of emergency calls and stops, by person id.")
    prices: dict[str, int] = Field(
        description="Cents per minute by beginning of the number without +, for numbers without a rate in force."
    )
    night: list[int] = Field(description="Hours at which the night begins and ends, for unusual foreign calls.")


class CallingPolicyChange(Input):
    """Omitted or null fields stay unchanged."""

    countries: Annotated[list[Annotated[str, Field(max_length=3)]] | None, Field(max_length=300)] = None
    premium: bool | None = None
    alerted: Annotated[
        list[Reference] | None, Field(max_length=20, description="Extensions of the users, or person ids.")
    ] = None
    prices: Annotated[dict[str, int] | None, Field(max_length=1000)] = None
    night: Annotated[list[Annotated[int, Field(ge=0, le=23)]] | None, Field(min_length=2, max_length=2)] = None


class CallingLimits(Versioned):
    """Limits of calls outside; null: no limit."""

    scope: LimitScope
    name: str = Field(description="Number of the extension or name of the trunk; empty for the tenant.")
    calls_per_hour: int | None
    concurrent: int | None
    minutes_per_day: int | None
    cents_per_day: int | None
    reach: Reach
    hours: str = Field(description="Opening hours during which the extension may call outside; empty: always.")


class CallingLimitsChange(Input):
    """Limits of the tenant, or of an extension or a trunk. Omitted fields stay unchanged, -1 removes a
    limit, empty `hours` their restriction."""

    extension: Reference | None = None
    trunk: Reference | None = None
    calls_per_hour: Annotated[int | None, Field(ge=-1, le=2000)] = None
    concurrent: Annotated[int | None, Field(ge=-1, le=10_000)] = None
    minutes_per_day: Annotated[int | None, Field(ge=-1, le=1_000_000)] = None
    cents_per_day: Annotated[int | None, Field(ge=-1, le=100_000_000)] = None
    reach: Reach | None = None
    hours: Annotated[
        str | None,
        Field(max_length=64, description="Name or id of opening hours outside of which an extension may not call."),
    ] = None


class FraudStop(Output):
    """Calls outside that were stopped."""

    id: str
    scope: LimitScope
    name: str = Field(description="Number of the extension or name of the trunk; empty for the tenant.")
    rule: StopRule
    reason: str
    country: str
    foreign: bool = Field(description="Only foreign calls are stopped.")
    measured: int
    limit: int
    created: datetime
    until: datetime | None = Field(description="When it ends by itself; null: when it is released.")
    active: bool
    released: datetime | None
    may_release: list[str] = Field(description="Roles that may release it.")


class FraudStatus(Output):
    """Permissions, limits and stops of calls outside. Emergency calls are never stopped."""

    policy: CallingPolicy
    limits: list[CallingLimits]
    priced: bool = Field(description="Calls have prices, so that limits of costs can take effect.")
    stops: list[FraudStop] = Field(description="Stops of the last 30 days, newest first.")
