"""Translates leg events to state-machine events."""

from unificx.calls.rules import words
from unificx.sip import legs
from unificx.sip.errors import OurMistake


def in_words(name: str, event: legs.LegEvent) -> words.Event:
    """Return the state-machine event for an event of the leg `name`."""
    match event:
        case legs.Progressed(status, body):
            return words.CalleeProgressed(name, status, body)
        case legs.Answered(body):
            return words.CalleeAnswered(name, body)
        case legs.Refused(status):
            return words.CalleeRefused(name, status)
        case legs.Cancelled():
            return words.CallerCancelled() if name == words.CALLER else words.HungUp(name)
        case legs.Confirmed(body):
            return words.AckCame(name, body)
        case legs.Offered(body):
            return words.OfferCame(name, body)
        case legs.OfferAnswered(body):
            return words.OfferAnswered(name, body)
        case legs.OfferRefused(status):
            return words.OfferRefused(name, status)
        case legs.HungUp():
            return words.HungUp(name)
        case legs.Lost():
            return words.LegLost(name)
        case legs.Informed() | legs.Referred():
            raise OurMistake("INFO and REFER are not state-machine events; handle them before calling to_call_event")
