"""Causes of a call's end, and their mapping to an outcome, a Q.850 cause and a SIP status.

Sources: ITU-T Q.850 for the numbers, RFC 3326 for the Reason header, RFC 3398 section 7.2 for the mapping.
"""

from dataclasses import dataclass
from enum import Enum

from unificx.calls.events import Outcome


@dataclass(frozen=True, slots=True)
class CauseMapping:
    """Mapping of a cause: outcome in the call record, Q.850 value, and status for the caller of an unanswered call."""

    outcome: Outcome
    q850: int
    status: int
    text: str


class Cause(Enum):
    """Why a call ended."""

    HUNG_UP = CauseMapping("answered", 16, 200, "Normal clearing")
    CANCELLED = CauseMapping("cancelled", 16, 487, "Caller hung up")
    BUSY = CauseMapping("busy", 17, 486, "Busy")
    DECLINED = CauseMapping("declined", 21, 603, "Declined")
    NO_ANSWER = CauseMapping("missed", 19, 480, "No answer")
    UNREACHABLE = CauseMapping("unreachable", 20, 480, "Not reachable")
    NO_SUCH_NUMBER = CauseMapping("failed", 1, 404, "No such number")
    NO_SUCH_NUMBER_OUTSIDE = CauseMapping("failed", 1, 404, "The number dialled does not exist")
    """The answer of a carrier: another carrier would say the same."""
    CARRIER_REFUSED = CauseMapping("failed", 21, 403, "The carrier refused the call")
    """RFC 3398 section 8.2.6.1 maps 401, 403 and 407 so."""
    CARRIER_UNAVAILABLE = CauseMapping("failed", 38, 500, "No carrier can take the call")
    """Not 503, which speaks of this server: a phone would send the call to another one (RFC 3261 section 16.7)."""
    NO_OUTSIDE_LINE = CauseMapping("failed", 3, 404, "Calls outside are not set up")
    NOT_ALLOWED = CauseMapping("failed", 57, 403, "Not allowed")
    NO_CREDIT = CauseMapping("failed", 21, 402, "Not enough credit for this call")
    """RFC 3398 section 8.2.6.1 maps 402 so."""
    TRIAL_ENDED = CauseMapping("failed", 21, 402, "The trial has ended")
    UNPAID = CauseMapping("failed", 21, 402, "An invoice is overdue")
    NO_COMMON_MEDIA = CauseMapping("failed", 88, 488, "No common media")
    NO_MEDIA = CauseMapping("failed", 34, 503, "No media available")
    FAULT = CauseMapping("failed", 41, 500, "Internal server error")
    FAILED = CauseMapping("failed", 41, 480, "The callee's phone failed")
    TOO_LONG = CauseMapping("answered", 102, 200, "Maximum length reached")
    CREDIT_USED_UP = CauseMapping("answered", 102, 200, "The credit is used up")
    LEG_LOST = CauseMapping("answered", 102, 200, "One side vanished")
    ENDED_BY_ADMINISTRATOR = CauseMapping("answered", 31, 200, "Ended by an administrator")
    GOING_DOWN = CauseMapping("answered", 41, 200, "The system is going down")

    @property
    def reason(self) -> str:
        """The Reason header value (RFC 3326)."""
        return f'Q.850;cause={self.value.q850};text="{self.value.text}"'


ANSWERED_ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'
"""Reason header of a CANCEL when another phone answered or declined, so that no missed call is shown (RFC 3326 section
3.1)."""


def cause_from_status(status: int) -> Cause:
    """Map the status of a callee's final response to a cause."""
    if status in (486, 600):
        return Cause.BUSY
    if status in (603, 607, 608) or 300 <= status < 400:  # a redirection that was not followed
        return Cause.DECLINED
    if status in (408, 410, 430, 480, 503):
        return Cause.UNREACHABLE
    if status in (404, 484, 604):
        return Cause.NO_SUCH_NUMBER
    if status in (406, 415, 488, 606):
        return Cause.NO_COMMON_MEDIA
    return Cause.FAILED


def cause_from_carrier(status: int) -> Cause:
    """Map the status of a carrier's final response to a cause.

    404, 410, 480, 486 and 603 speak of the called party (RFC 3398 section 8.2.6.1), 415 and 488 of the media. 408, 5xx
    and all others, such as 403 or 3xx, speak of this carrier only, so another one may connect the call.
    """
    if status in (404, 410, 484, 485, 604):
        return Cause.NO_SUCH_NUMBER_OUTSIDE
    if status == 480:
        return Cause.NO_ANSWER
    if status == 408 or 500 <= status < 600:
        return Cause.CARRIER_UNAVAILABLE
    cause = cause_from_status(status)
    spoken_for_callee = (Cause.BUSY, Cause.DECLINED, Cause.NO_COMMON_MEDIA)
    return cause if cause in spoken_for_callee and status >= 400 else Cause.CARRIER_REFUSED


_PRECEDENCE = (
    Cause.DECLINED,
    Cause.BUSY,
    Cause.NO_ANSWER,
    Cause.NO_COMMON_MEDIA,
    Cause.NO_CREDIT,
    Cause.TRIAL_ENDED,
    Cause.UNPAID,
    Cause.CARRIER_REFUSED,
    Cause.CARRIER_UNAVAILABLE,
    Cause.FAILED,
    Cause.NO_MEDIA,
    Cause.NO_SUCH_NUMBER_OUTSIDE,
    Cause.NO_SUCH_NUMBER,
    Cause.UNREACHABLE,
)


def most_informative(causes: list[Cause]) -> Cause:
    """Select the most informative of several rejections; user decisions take precedence over device errors."""
    return min(causes, key=_PRECEDENCE.index, default=Cause.UNREACHABLE)
