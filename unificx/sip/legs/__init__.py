"""Legs: INVITE dialogs and their UAC/UAS core. `DialogTable` holds all legs of one endpoint."""

from unificx.sip.legs.dialog_table import Adopted, Legs
from unificx.sip.legs.events import (
    Answered,
    Cancelled,
    Confirmed,
    HungUp,
    Informed,
    LegEvent,
    Lost,
    OfferAnswered,
    Offered,
    OfferRefused,
    Progressed,
    Referred,
    Refused,
)
from unificx.sip.legs.incoming import IncomingLeg, refusal_headers
from unificx.sip.legs.leg import Leg
from unificx.sip.legs.outgoing import Invitation, OutgoingLeg
from unificx.sip.legs.pending import Headers

__all__ = [
    "Adopted",
    "Answered",
    "Cancelled",
    "Confirmed",
    "Headers",
    "HungUp",
    "IncomingLeg",
    "Informed",
    "Invitation",
    "Leg",
    "LegEvent",
    "Legs",
    "Lost",
    "OfferAnswered",
    "OfferRefused",
    "Offered",
    "OutgoingLeg",
    "Progressed",
    "Referred",
    "Refused",
    "refusal_headers",
]
