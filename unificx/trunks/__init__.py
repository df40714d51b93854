"""Trunks: connections to carriers, their registration and health."""

from unificx.trunks.directory import TrunkDirectory
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
    "CallerIdHeader",
    "CarrierResolver",
    "DtmfMode",
    "NewTrunk",
    "NumberFormat",
    "Reason",
    "Resolution",
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
]
