"""Legs: INVITE dialogs and their UAC/UAS core. `DialogTable` holds all legs of one endpoint."""

from unificx.sip.legs.credentials import Credentials
from unificx.sip.legs.dialog_table import DialogTable, LegSnapshot
from unificx.sip.legs.events import (
    Answered,
    ByeReceived,
    Cancelled,
    Confirmed,
    DialogFailed,
    InfoReceived,
    LegEvent,
    OfferAnswered,
    OfferReceived,
    OfferRejected,
    OfferRequested,
    Progressed,
    ReferReceived,
    Rejected,
)
from unificx.sip.legs.incoming import IncomingLeg, rejection_headers
from unificx.sip.legs.leg import Leg
from unificx.sip.legs.outgoing import InviteParams, OutgoingLeg
from unificx.sip.legs.pending import Headers

__all__ = [
    "Answered",
    "ByeReceived",
    "Cancelled",
    "Confirmed",
    "Credentials",
    "DialogFailed",
    "DialogTable",
    "Headers",
    "IncomingLeg",
    "InfoReceived",
    "InviteParams",
    "Leg",
    "LegEvent",
    "LegSnapshot",
    "OfferAnswered",
    "OfferReceived",
    "OfferRejected",
    "OfferRequested",
    "OutgoingLeg",
    "Progressed",
    "ReferReceived",
    "Rejected",
    "rejection_headers",
]
