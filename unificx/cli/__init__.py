"""Command line for operators. Commands call the API with operator rights."""

from unificx.cli.app import build, build_up
from unificx.cli.ports import Installation, Listener

__all__ = ["Installation", "Listener", "build", "build_up"]
