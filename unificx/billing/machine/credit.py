"""Credit of a tenant: how long each of its calls may last. Pure.

The amount of a call is reserved before it is dialled, and more of it while it runs. The debt of a tenant and
the reservations of its calls together never exceed its limit, so parallel calls share the credit in any order. A call
ends when its reserved seconds are over. It is billed in whole increments, so if it ends late, within an increment,
it costs at most one more. Amounts are in micros.
"""

from bisect import bisect_right
from dataclasses import dataclass

from unificx.billing.machine.rates import Rate, charge

STEP_SECONDS = 300
"""How much further a running call is reserved at a time."""
AHEAD_SECONDS = 90
"""A running call is reserved further when less than this is left, which is before the warning."""
WARNING_SECONDS = 60
"""How long before its end a call is warned."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The reservation of a call: seconds since its answer, and their price. 0 seconds: not even the first increment
    can be paid."""

    seconds: int
    amount: int


NOTHING = Grant(0, 0)


def grant(rate: Rate, available: int, wanted: int) -> Grant:
    """Return how much of a call of `wanted` seconds can be paid, in whole increments. `available`: the credit without
    the reservation that the call has already."""
    steps = max(0, -((rate.first - wanted) // rate.next))

    def price(step: int) -> int:
        return charge(rate, rate.first + step * rate.next).amount

    affordable = bisect_right(range(steps + 1), available, key=price) - 1
    if affordable < 0:
        return NOTHING
    return Grant(rate.first + affordable * rate.next, price(affordable))


def is_due(granted: int, talked: float) -> bool:
    """Whether a call should be reserved further. Both in seconds."""
    return granted - talked < AHEAD_SECONDS


def is_warned(granted: int, talked: float) -> bool:
    """Whether a call is close to its end."""
    return granted - talked <= WARNING_SECONDS
