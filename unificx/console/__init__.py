"""Command line for operators. Commands call the API with operator rights."""

from unificx.console.app import build
from unificx.console.ports import Connect, Listener, Site, Survey

__all__ = ["Connect", "Listener", "Site", "Survey", "build"]
