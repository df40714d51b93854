"""Routing: resolves dialled numbers to destinations."""

from unificx.routing.destinations import Hosted, NoSuchNumber, Ring
from unificx.routing.service import Routing

__all__ = [
    "Hosted",
    "NoSuchNumber",
    "Ring",
    "Routing",
]
