"""What a leg told, in the words of the rules."""

from unificx.calls.rules import words
from unificx.sip import legs as told
from unificx.sip.errors import OurMistake


def in_words(name: str, event: told.LegEvent) -> words.Event:
    """What the leg of this name told."""
    match event:
        case told.Progressed(status, body):
            return words.CalleeProgressed(name, status, body)
        case told.Answered(body):
            return words.CalleeAnswered(name, body)
        case told.Refused(status):
            return words.CalleeRefused(name, status)
        case told.Cancelled():
            return words.CallerCancelled() if name == words.CALLER else words.HungUp(name)
        case told.Confirmed(body):
            return words.AckCame(name, body)
        case told.Offered(body):
            return words.OfferCame(name, body)
        case told.OfferAnswered(body):
            return words.OfferAnswered(name, body)
        case told.OfferRefused(status):
            return words.OfferRefused(name, status)
        case told.HungUp():
            return words.HungUp(name)
        case told.Lost():
            return words.LegLost(name)
        case told.Informed() | told.Referred():
            raise OurMistake("what is no word of the rules is seen to before")
