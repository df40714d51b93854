"""Modules that are loaded on first use: they take memory only in a process that needs them."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType


def lazy_import(name: str) -> ModuleType:
    """Return the top-level module `name`, executed when one of its attributes is first used. Raise ImportError if it is
    not installed.

    Not for a package whose submodules are imported elsewhere: that executes the package while the submodule is loaded,
    which then exists twice.
    """
    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    spec.loader = LazyLoader(spec.loader)
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def omit_module(name: str) -> None:
    """Make an optional library that nothing has loaded appear as not installed from now on."""
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]


@contextmanager
def hide_module(name: str) -> Generator[None]:
    """Make an optional library appear as not installed to modules that are imported meanwhile."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
