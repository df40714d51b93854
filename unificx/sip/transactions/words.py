"""Words that several of the transaction machines share."""

from dataclasses import dataclass
from typing import Literal

Cause = Literal["timeout", "transport"]


# What can happen.
@dataclass(frozen=True, slots=True)
class RequestAgain:
    """The same request came in once more."""


@dataclass(frozen=True, slots=True)
class ResponseGiven:
    """Our user has answered."""

    status: int
    data: bytes


@dataclass(frozen=True, slots=True)
class ProvisionalArrived:
    status: int


@dataclass(frozen=True, slots=True)
class TransportFailed:
    """The flow is gone, or refused what we sent."""


@dataclass(frozen=True, slots=True)
class TimePassed: ...


# What must be done.
@dataclass(frozen=True, slots=True)
class Send:
    data: bytes


@dataclass(frozen=True, slots=True)
class Deliver:
    """Hand what has just arrived to our user."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Tell our user that no response will come."""

    cause: Cause


# Where we stand, at the end of all of them.
@dataclass(frozen=True, slots=True)
class Terminated: ...


TIME_PASSED = TimePassed()
TERMINATED = Terminated()
DELIVER = Deliver()
