"""Trunks: connections to carriers, their registration and health."""

from unificx.trunks.directory import TrunkDirectory
from unificx.trunks.machine import health, registration
from unificx.trunks.machine.link import link_state, next_change
from unificx.trunks.machine.servers import MAX_SERVERS, SrvRecord, merged, ordered
from unificx.trunks.ports import CarrierResolver, Resolution, TrunkUse
from unificx.trunks.schemas import (
    CallerIdHeader,
    DtmfMode,
    NewTrunk,
    NumberFormat,
    Reason,
    Template,
    Trunk,
    TrunkChange,
    TrunkEndpoint,
    TrunkOptions,
    TrunkState,
    TrunkStatus,
    TrunkTransport,
)
from unificx.trunks.service import TrunkService

__all__ = [
    "MAX_SERVERS",
    "CallerIdHeader",
    "CarrierResolver",
    "DtmfMode",
    "NewTrunk",
    "NumberFormat",
    "Reason",
    "Resolution",
    "SrvRecord",
    "Template",
    "Trunk",
    "TrunkChange",
    "TrunkDirectory",
    "TrunkEndpoint",
    "TrunkOptions",
    "TrunkService",
    "TrunkState",
    "TrunkStatus",
    "TrunkTransport",
    "TrunkUse",
    "health",
    "link_state",
    "merged",
    "next_change",
    "ordered",
    "registration",
]
