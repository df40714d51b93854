"""Sounds out of what people upload or write, made in a process of its own."""

from unificx.net.studio.client import Studio

__all__ = ["Studio"]
