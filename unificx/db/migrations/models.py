"""Loads all models, for schema comparison and drafting only: areas do not import each other's models."""

from importlib import import_module
from pathlib import Path

import unificx


def load_all_models() -> None:
    """Import the models of every area, so that the shared metadata includes them."""
    for path in sorted(Path(unificx.__path__[0]).rglob("*models.py")):
        module = path.relative_to(unificx.__path__[0]).with_suffix("")
        import_module(".".join(("unificx", *module.parts)))
