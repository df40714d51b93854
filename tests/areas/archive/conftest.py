"""Fixtures of the area."""

from filled_tables import database_url, installation

__all__ = ["database_url", "installation"]
