"""All models at once. Only for those who compare or draft: no room knows another's tables."""

from importlib import import_module
from pathlib import Path

import unificx


def load_all_tables() -> None:
    """Import the tables of every room, so that the shared metadata knows them."""
    for tables in sorted(Path(unificx.__path__[0]).glob("*/*tables.py")):
        import_module(f"unificx.{tables.parent.name}.{tables.stem}")
