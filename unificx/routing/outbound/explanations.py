"""Explanations of decisions and stops, in English, for the API and the command line."""

from unificx.core.phrases import Phrase, counted
from unificx.routing.outbound.decision import Refused
from unificx.routing.outbound.schemas import FraudStop

_REFUSALS = {
    "not_a_number": Phrase("This is not a number outside."),
    "no_trunk": Phrase("No trunk can take this call."),
    "no_route": Phrase("No route matches this number."),
    "blocked": Phrase("The number is on a block list."),
    "reach": Phrase("The extension may not call this number."),
    "hours": Phrase("The extension may not call outside at this time."),
    "country": Phrase("Calls to this country are not allowed."),
    "premium": Phrase("Premium numbers are not allowed."),
    "stopped": Phrase("A limit has stopped calls outside."),
}
_STOPS = {
    "rate": "{calls} in an hour, the limit is {limit}.",
    "concurrency": "{calls} at a time, the limit is {limit}.",
    "time": "{measured} seconds of calls in a day, the limit is {limit}.",
    "spend": "Estimated costs of {measured} cents in a day, the limit is {limit}.",
    "night": "{measured} foreign calls at night, {limit} are unusual.",
    "new_country": "{measured} calls in an hour to {country}, which was not called before; {limit} are unusual.",
}


def explain_refusal(refused: Refused) -> str:
    """Return the reason why a call is refused."""
    return _REFUSALS[refused.rule]


def explain_stop(stop: FraudStop) -> str:
    """Return the reason of a stop."""
    calls = counted(stop.measured, "call", "calls")
    return _STOPS[stop.rule].format(calls=calls, measured=stop.measured, limit=stop.limit, country=stop.country)
