"""Support: diagnostics reports that users send to administrators, and requests about personal data."""

from unificx.support.privacy import report_holding
from unificx.support.rights import (
    PUBLIC_KINDS,
    Kind,
    MailKind,
    NewRequest,
    OutsideRequests,
    OwnKind,
    Regime,
    RequestHistory,
    RightsParts,
    RightsRequest,
    RightsRequests,
    State,
    Step,
    StepRecord,
    allowed,
    request_holding,
)
from unificx.support.service import SupportService

__all__ = [
    "PUBLIC_KINDS",
    "Kind",
    "MailKind",
    "NewRequest",
    "OutsideRequests",
    "OwnKind",
    "Regime",
    "RequestHistory",
    "RightsParts",
    "RightsRequest",
    "RightsRequests",
    "State",
    "Step",
    "StepRecord",
    "SupportService",
    "allowed",
    "report_holding",
    "request_holding",
]
