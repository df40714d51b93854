"""The operator's command line: every noun talks to the API, as the operator of the machine."""

from unificx.console.app import build
from unificx.console.ports import Connect, Listener, Site, Survey

__all__ = ["Connect", "Listener", "Site", "Survey", "build"]
