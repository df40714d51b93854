"""Routing: resolves dialled numbers to destinations."""

from unificx.routing.destinations import CallApp, NoSuchNumber, RingExtension
from unificx.routing.service import Routing

__all__ = [
    "CallApp",
    "NoSuchNumber",
    "RingExtension",
    "Routing",
]
