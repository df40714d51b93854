"""Values: dataclasses whose fields do not change, made as cheaply as any other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")
EMPTY: Mapping[Any, Any] = MappingProxyType({})
"""The mapping of nothing, to begin with where mappings are replaced and never changed."""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a class what `dataclass(frozen=True, slots=True)` makes of it, for the type checker: it refuses assignments
    to its fields. At run time they are not refused, since then every field of a new value would be set by a call, and
    some 150 values are made for a call between two phones."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
