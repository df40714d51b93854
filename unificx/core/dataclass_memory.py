"""Frees what the generated methods of dataclasses take: a server has some 1,300 of these classes."""

import sys
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields
from reprlib import recursive_repr
from types import FunctionType
from typing import Any


def trim_dataclasses() -> None:
    """Have our dataclasses share one `__repr__`, and frozen ones the methods that refuse assignments. Call it once all
    modules are loaded, before a collection of garbage.

    The generated methods that refuse assignments refer to the class that `dataclass(slots=True)` has replaced by one
    with slots, which otherwise stays in memory as well.

    The shared `__repr__` shows all fields of the object: those that a subclass adds too, even with
    `dataclass(repr=False)`; hide each by `field(repr=False)`.
    """
    for each in _dataclasses():
        own = each.__dict__
        if each.__dataclass_params__.frozen and "__setattr__" in own:
            each.__setattr__, each.__delattr__ = _set_attribute, _delete_attribute
        if _is_generated(own.get("__repr__")):
            each.__repr__ = _describe


def _dataclasses() -> Iterator[Any]:
    """Yield the dataclasses that the loaded modules of this package define at their top level."""
    for name, module in list(sys.modules.items()):
        if name.startswith("unificx."):
            for each in list(vars(module).values()):
                # not isinstance, which would load a module that is loaded on first use
                if issubclass(type(each), type) and each.__module__ == name and "__dataclass_params__" in vars(each):
                    yield each


def _is_generated(method: object) -> bool:
    return isinstance(method, FunctionType) and hasattr(method, "__wrapped__")


@recursive_repr()
def _describe(self: Any) -> str:
    values = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({values})"


def _set_attribute(self: Any, name: str, value: object) -> None:
    if name in self.__dataclass_fields__:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _delete_attribute(self: Any, name: str) -> None:
    if name in self.__dataclass_fields__:
        raise FrozenInstanceError(f"cannot delete field {name!r}")
    object.__delattr__(self, name)
