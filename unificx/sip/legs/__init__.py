"""Legs: INVITE dialogs and their UAC/UAS core. `DialogTable` holds all legs of one endpoint.

An `IncomingLeg` is the UAS of an INVITE (`accept`, `reject`), an `OutgoingLeg` its UAC (`call`, `cancel`). Both are a
`Leg`, whose dialog is confirmed: offers in both directions, session timer, BYE. That is a `ReferLeg` (REFER and its
NOTIFYs), and that a `LegBase`: the state of the dialog, and sending. `Leg` alone is a leg restored after a restart.
"""

from unificx.sip.legs.credentials import Credentials
from unificx.sip.legs.dialog_table import DialogTable, LegSnapshot
from unificx.sip.legs.events import (
    AckReceived,
    Answered,
    ByeReceived,
    Cancelled,
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
from unificx.sip.legs.incoming import IncomingLeg, leg_id_of, rejection_headers
from unificx.sip.legs.leg import Leg
from unificx.sip.legs.outgoing import InviteParams, OutgoingLeg

__all__ = [
    "AckReceived",
    "Answered",
    "ByeReceived",
    "Cancelled",
    "Credentials",
    "DialogFailed",
    "DialogTable",
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
    "leg_id_of",
    "rejection_headers",
]
