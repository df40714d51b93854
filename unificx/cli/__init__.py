"""Command line for operators. Commands call the API with operator rights."""

from unificx.cli.app import build
from unificx.cli.ports import Connect, Listener, Site, Survey

__all__ = ["Connect", "Listener", "Site", "Survey", "build"]
