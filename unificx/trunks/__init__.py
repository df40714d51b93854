"""Trunks: connections to carriers, their registration and health."""

from unificx.trunks.directory import TrunkDirectory
from unificx.trunks.machine import health, registration
from unificx.trunks.machine.link import link_state, next_change
from unificx.trunks.machine.servers import MAX_SERVERS, SrvRecord, merged, ordered
from unificx.trunks.ports import CarrierResolver, Resolution
from unificx.trunks.schemas import (
    CallerIdHeader,
    DtmfMode,
    NewTrunk,
    NumberFormat,
    Probe,
    Reason,
    RegistrationReport,
    Template,
    TestReason,
    Trunk,
    TrunkChange,
    TrunkEndpoint,
    TrunkState,
    TrunkStatus,
    TrunkTransport,
    VerificationMode,
)
from unificx.trunks.service import TrunkService
from unificx.trunks.signing import signed_identity
from unificx.trunks.trunk_tests import TrunkTests
from unificx.trunks.verification import REASONS, IdentityCheck, certified_signer, checked_identity, verify

__all__ = [
    "MAX_SERVERS",
    "REASONS",
    "CallerIdHeader",
    "CarrierResolver",
    "DtmfMode",
    "IdentityCheck",
    "NewTrunk",
    "NumberFormat",
    "Probe",
    "Reason",
    "RegistrationReport",
    "Resolution",
    "SrvRecord",
    "Template",
    "TestReason",
    "Trunk",
    "TrunkChange",
    "TrunkDirectory",
    "TrunkEndpoint",
    "TrunkService",
    "TrunkState",
    "TrunkStatus",
    "TrunkTests",
    "TrunkTransport",
    "VerificationMode",
    "certified_signer",
    "checked_identity",
    "health",
    "link_state",
    "merged",
    "next_change",
    "ordered",
    "registration",
    "signed_identity",
    "verify",
]
