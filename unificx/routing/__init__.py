"""Routing: resolves dialled numbers to destinations."""

from unificx.routing.contracts import Destination, Hosted, NoSuchNumber, Ring
from unificx.routing.ports import Apps, Sleepers
from unificx.routing.service import Routing

__all__ = ["Apps", "Destination", "Hosted", "NoSuchNumber", "Ring", "Routing", "Sleepers"]
