"""Schemas of routes, public numbers, block lists and calling permissions. Personal values never appear in a `repr`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.routing.references import DestinationRef

LimitScope = Literal["tenant", "extension", "trunk"]
Reach = Literal["everywhere", "national", "inside"]
"""Numbers that may be called: all that the tenant allows, those of its country, or emergency numbers only."""
StopRule = Literal["rate", "concurrency", "time", "spend", "night", "new_country"]
"""Limit that stops calls: calls per hour, calls at a time, seconds or money per day; foreign calls at night; many calls
to a country that was not called before."""
BlockDirection = Literal["in", "out"]
DEFAULT_POSITION = 100
CALLING_FOR_KINDS = ("group", "queue")
"""Kinds of destinations in whose name calls outside are made."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way to numbers outside. `trunks` are trunk ids in the order in which they are tried. With `weights`, one for
    each trunk, those with a weight share the calls in proportion to it, and those with 0 are tried after them.

    `strip` characters are removed from the number as it matched, then `prepend` is put before it; with neither, the
    number is sent in the format of the trunk. `caller_number_id`: the public number that is shown, "" for none.
    """

    id: str
    tenant_id: str
    name: str
    pattern: str
    trunks: tuple[str, ...]
    created: datetime
    position: int = DEFAULT_POSITION
    strip: int = 0
    prepend: str = ""
    caller_number_id: str = ""
    weights: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NewRoute:
    """Values of a new route. `trunks` are names or ids, `caller_id` a number of the tenant or ""."""

    name: str
    pattern: str
    trunks: tuple[str, ...]
    position: int = DEFAULT_POSITION
    strip: int = 0
    prepend: str = ""
    caller_id: str = field(default="", repr=False)
    weights: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteChange:
    """Changes to a route; None keeps a value. New `trunks` have no weights unless they are given too."""

    name: str | None = None
    pattern: str | None = None
    trunks: tuple[str, ...] | None = None
    position: int | None = None
    strip: int | None = None
    prepend: str | None = None
    caller_id: str | None = field(default=None, repr=False)
    weights: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class CallerRule:
    """Destination of a public number for callers whose number matches a pattern."""

    pattern: str = field(repr=False)
    destination: DestinationRef


@dataclass(frozen=True, slots=True)
class InboundNumber:
    """A number of the tenant in the public network.

    `callers` are tried before `destination`, in order. `shown_for` are ids of extensions that show this number when
    they call outside, and references of ring groups and queues, such as `queue:6500`, whose calls show it.
    `description` says what the number is for.
    """

    id: str
    tenant_id: str
    trunk_id: str
    created: datetime
    number: str = field(repr=False)
    destination: DestinationRef
    callers: tuple[CallerRule, ...] = ()
    shown_for: tuple[str, ...] = ()
    reject_anonymous: bool = False
    description: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewNumber:
    """Values of a new public number. `trunk` is a name or id, `shown_for` numbers or ids of extensions, or references
    of ring groups and queues."""

    number: str = field(repr=False)
    trunk: str
    destination: str
    callers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Pattern of the caller's number, and destination."""
    shown_for: tuple[str, ...] = ()
    reject_anonymous: bool = False
    description: str = field(default="", repr=False)
    extensions: str = ""
    """Of a range: pattern of extensions, such as 10##. A number whose last digits give one leads there."""


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Numbers of a range in E.164, those that the tenant had before, and those that lead to an extension by their last
    digits, with its number."""

    numbers: tuple[str, ...] = field(repr=False)
    taken: tuple[str, ...] = field(repr=False)
    direct: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class NumberChange:
    """Changes to a public number; None keeps a value."""

    trunk: str | None = None
    destination: str | None = None
    callers: tuple[tuple[str, str], ...] | None = field(default=None, repr=False)
    shown_for: tuple[str, ...] | None = None
    reject_anonymous: bool | None = None
    description: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Block:
    """A number, or the beginning of numbers, on a block or allow list.

    `extension_id` "" for the list of the tenant. An entry of an allow list takes precedence over blocked beginnings.
    """

    id: str
    tenant_id: str
    extension_id: str
    direction: BlockDirection
    allows: bool
    created: datetime
    pattern: str = field(repr=False)
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CallingPolicy:
    """Permissions of a tenant for calls outside.

    `countries`: ISO codes of countries that may be called besides its own. `alerted`: ids of users who are notified of
    emergency calls and stops. `prices`: cents per minute by beginning of the number without "+", for limits of spend.
    """

    tenant_id: str
    countries: frozenset[str] = frozenset()
    premium: bool = False
    alerted: tuple[str, ...] = ()
    prices: Mapping[str, int] = field(default_factory=dict[str, int])
    night: tuple[int, int] = (22, 6)
    """Hours between which foreign calls are unusual, in the time zone of the tenant."""


@dataclass(frozen=True, slots=True)
class CallingPolicyChange:
    """Changes to the permissions of a tenant; None keeps a value."""

    countries: tuple[str, ...] | None = None
    premium: bool | None = None
    alerted: tuple[str, ...] | None = None
    prices: Mapping[str, int] | None = None
    night: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class CallingLimits:
    """Limits of calls outside for a tenant, an extension or a trunk. None: no limit.

    `reach` and `hours` concern extensions only: `hours` is the id of the opening hours during which numbers outside may
    be called, "" for always. `cents_per_day` is estimated by the rate deck in force, and by the prices of the
    policy for numbers without a rate.
    """

    tenant_id: str
    scope: LimitScope
    scope_id: str
    calls_per_hour: int | None = None
    concurrent: int | None = None
    minutes_per_day: int | None = None
    cents_per_day: int | None = None
    reach: Reach = "everywhere"
    hours: str = ""


@dataclass(frozen=True, slots=True)
class FraudStop:
    """A limit was exceeded: calls outside of an extension, a trunk or the tenant are stopped.

    `until` None: until it is released. `foreign`: only foreign calls are stopped. `measured` exceeded `limit`, in the
    unit of the rule: calls, seconds or cents.
    """

    id: str
    tenant_id: str
    scope: LimitScope
    scope_id: str
    rule: StopRule
    created: datetime
    measured: int
    limit: int
    until: datetime | None = None
    country: str = ""
    foreign: bool = False
    released: datetime | None = None
    released_by: str = ""
