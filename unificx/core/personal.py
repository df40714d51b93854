"""Declarations of personal data: category, purposes, retention and the effect of erasure.

Every field of a sealed part is declared with `personal(...)`. The keys come from `vocabulary.json`, a closed list: a
category or purpose outside it cannot be declared, and each banned key states why it never will be allowed.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, cast

OnErase = Literal["delete", "keep"]
"""`delete`: unreadable at once, with the subject's key. `keep`: retained by law until its retention ends."""

METADATA_KEY = "personal"
REQUESTS = "requests"
"""The purpose of everything that is exported: answering requests about personal data."""


class InvalidDeclaration(TypeError):
    """A table, column or field without a valid declaration of what it holds. Prevents the application from starting."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Closed list of keys, each with a description; `purposes` also map to Fideslang's data uses."""

    categories: Mapping[str, str]
    purposes: Mapping[str, str]
    data_uses: Mapping[str, str]
    retention: Mapping[str, str]
    banned: Mapping[str, str]

    def require(self, label: str, known: Iterable[str], key: str) -> None:
        """Raise InvalidDeclaration unless `key` is one of the `known` keys for `label`."""
        if key in self.banned:
            raise InvalidDeclaration(f"{label} {key!r} is banned: {self.banned[key]}")
        if key not in known:
            raise InvalidDeclaration(f"{label} {key!r} is not in kernel/vocabulary.json")


def _read() -> Vocabulary:
    raw = json.loads(files("unificx.core").joinpath("vocabulary.json").read_text("utf-8"))
    categories = cast("dict[str, str | dict[str, Any]]", raw["categories"])
    purposes = cast("dict[str, dict[str, str]]", raw["purposes"])
    return Vocabulary(
        categories=MappingProxyType({k: v if isinstance(v, str) else str(v["text"]) for k, v in categories.items()}),
        purposes=MappingProxyType({k: v["text"] for k, v in purposes.items()}),
        data_uses=MappingProxyType({k: v["use"] for k, v in purposes.items()}),
        retention=MappingProxyType(cast("dict[str, str]", raw["retention"])),
        banned=MappingProxyType(cast("dict[str, str]", raw["banned"])),
    )


VOCABULARY = _read()


@dataclass(frozen=True, slots=True)
class Personal:
    """Declaration of one personal field. Properties are independent: a field may be erasable but not exported."""

    category: str
    uses: frozenset[str]
    retention: str
    on_erase: OnErase
    export: bool
    rectifiable: bool


def personal(
    category: str, *, uses: tuple[str, ...], retention: str, on_erase: OnErase, export: bool, rectifiable: bool
) -> Any:
    """Return a dataclass field that holds a personal value.

    `uses` are the purposes it may be opened for, `retention` its retention class. `export`: included in a data access
    copy (GDPR Art. 15), so that it may be opened to answer requests, too. `rectifiable`: the person can have it
    corrected (Art. 16). Raise InvalidDeclaration for a key that is not in the vocabulary.
    """
    VOCABULARY.require("category", VOCABULARY.categories, category)
    VOCABULARY.require("retention", VOCABULARY.retention, retention)
    for use in uses:
        VOCABULARY.require("purpose", VOCABULARY.purposes, use)
    if not uses:
        raise InvalidDeclaration(f"{category!r} is declared for no purpose")
    if on_erase not in ("delete", "keep"):
        raise InvalidDeclaration(f"on_erase must be 'delete' or 'keep', not {on_erase!r}")
    purposes = {*uses, *((REQUESTS,) if export else ())}
    declared = Personal(category, frozenset(purposes), retention, on_erase, export, rectifiable)
    return field(metadata={METADATA_KEY: declared})


def in_history(category: str, *, rectifiable: bool) -> Any:
    """Return a dataclass field of the history of calls: exported, and deleted when its person is erased."""
    return personal(
        category, uses=("history",), retention="history", on_erase="delete", export=True, rectifiable=rectifiable
    )
