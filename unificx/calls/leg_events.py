"""Translates leg events to state-machine events."""

from unificx.calls.machine import messages
from unificx.sip import legs
from unificx.sip.errors import LocalProtocolError


def to_call_event(name: str, event: legs.LegEvent) -> messages.Event:
    """Return the state-machine event for an event of the leg `name`."""
    match event:
        case legs.Progressed(status, body):
            return messages.CalleeProgressed(name, status, body)
        case legs.Answered(body):
            return messages.CalleeAnswered(name, body)
        case legs.Rejected(status):
            return messages.CalleeRefused(name, status)
        case legs.Cancelled():
            return messages.CallerCancelled() if name == messages.CALLER else messages.HungUp(name)
        case legs.Confirmed(body):
            return messages.AckReceived(name, body)
        case legs.OfferReceived(body):
            return messages.OfferReceived(name, body)
        case legs.OfferAnswered(body):
            return messages.OfferAnswered(name, body)
        case legs.OfferRejected(status):
            return messages.OfferRefused(name, status)
        case legs.ByeReceived():
            return messages.HungUp(name)
        case legs.DialogFailed():
            return messages.LegLost(name)
        case legs.InfoReceived() | legs.ReferReceived():
            raise LocalProtocolError(
                "INFO and REFER are not state-machine events; handle them before calling to_call_event"
            )
