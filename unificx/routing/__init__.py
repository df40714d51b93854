"""Routing: who is meant."""

from unificx.routing.contracts import Destination, NoSuchNumber, Ring
from unificx.routing.ports import Sleepers
from unificx.routing.service import Routing

__all__ = ["Destination", "NoSuchNumber", "Ring", "Routing", "Sleepers"]
