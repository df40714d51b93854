"""Fixtures of the faces' tests."""

from http_world import world

__all__ = ["world"]
