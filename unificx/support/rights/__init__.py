"""Requests about personal data: queue, time limits, proof of outsiders, disclosures to authorities, breaches."""

from unificx.support.rights.accounts import Accounts
from unificx.support.rights.breaches import Breaches
from unificx.support.rights.clocks import Regime, last_day
from unificx.support.rights.dependencies import RightsDependencies
from unificx.support.rights.disclosures import Disclosures
from unificx.support.rights.handovers import DisclosedFile, Handovers
from unificx.support.rights.messages import OF_SENDER, RequestMessages
from unificx.support.rights.outsiders import PUBLIC_KINDS, OutsideRequests
from unificx.support.rights.ports import MailKind
from unificx.support.rights.privacy import request_holding
from unificx.support.rights.proofs import PROOF_LENGTH, RequestProofs
from unificx.support.rights.schemas import (
    Band,
    BreachChange,
    DisclosedCategory,
    DisclosedData,
    Disclosure,
    DisclosureState,
    Handover,
    Kind,
    NewDisclosure,
    NewRequest,
    OpenKind,
    OwnKind,
    Recipient,
    RequestFilter,
    RequestHistory,
    RightsRequest,
    StaffKind,
    State,
    StepRecord,
)
from unificx.support.rights.service import RightsRequests
from unificx.support.rights.states import Step, allowed
from unificx.support.rights.work import RequestWork

__all__ = [
    "OF_SENDER",
    "PROOF_LENGTH",
    "PUBLIC_KINDS",
    "Accounts",
    "Band",
    "BreachChange",
    "Breaches",
    "DisclosedCategory",
    "DisclosedData",
    "DisclosedFile",
    "Disclosure",
    "DisclosureState",
    "Disclosures",
    "Handover",
    "Handovers",
    "Kind",
    "MailKind",
    "NewDisclosure",
    "NewRequest",
    "OpenKind",
    "OutsideRequests",
    "OwnKind",
    "Recipient",
    "Regime",
    "RequestFilter",
    "RequestHistory",
    "RequestMessages",
    "RequestProofs",
    "RequestWork",
    "RightsDependencies",
    "RightsRequest",
    "RightsRequests",
    "StaffKind",
    "State",
    "Step",
    "StepRecord",
    "allowed",
    "last_day",
    "request_holding",
]
