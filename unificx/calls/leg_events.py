"""Translates leg events to state-machine events."""

from unificx.calls.machine import events, states
from unificx.sip import legs
from unificx.sip.errors import LocalProtocolError


def to_call_event(name: str, event: legs.LegEvent) -> events.Event:
    """Return the state-machine event for an event of the leg `name`."""
    match event:
        case legs.Progressed(status, body):
            return events.CalleeProgressed(name, status, body)
        case legs.Answered(body):
            return events.CalleeAnswered(name, body)
        case legs.AckReceived(body):
            return events.AckReceived(name, body)
        case legs.ByeReceived():
            return events.HungUp(name)
        case legs.Rejected(status):
            return events.CalleeRejected(name, status)
        case legs.Cancelled():
            return events.CallerCancelled() if name == states.CALLER else events.HungUp(name)
        case legs.OfferReceived(body):
            return events.OfferReceived(name, body)
        case legs.OfferAnswered(body):
            return events.OfferAnswered(name, body)
        case legs.OfferRejected(status):
            return events.OfferRejected(name, status)
        case legs.DialogFailed():
            return events.LegLost(name)
        case legs.InfoReceived() | legs.ReferReceived() | legs.OfferRequested():
            raise LocalProtocolError(
                "INFO, REFER and requests for an offer are not state-machine events; handle them before"
            )
