"""Words for personal data: what a value is, what it may be used for, how long it stays, what erasure does to it.

Every field of a sealed part is declared with `personal(...)`. The keys come from `vocabulary.json`, a closed list: a
category or purpose outside it cannot be declared, and one on its list of banned keys says why it never will be.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, cast

OnErase = Literal["delete", "keep"]
"""`delete`: unreadable at once, with the subject's key. `keep`: law holds it until its retention ends."""

METADATA_KEY = "personal"


class BadDeclaration(TypeError):
    """A table, column or field that does not say, in known words, what it holds. Nothing loads with one of these."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The closed list of keys, each with a sentence for people; `purposes` also map to Fideslang's data uses."""

    categories: Mapping[str, str]
    purposes: Mapping[str, str]
    data_uses: Mapping[str, str]
    retention: Mapping[str, str]
    banned: Mapping[str, str]

    def require(self, what: str, known: Iterable[str], key: str) -> None:
        """Raise BadDeclaration unless `key` is one of the `known` words for `what`."""
        if key in self.banned:
            raise BadDeclaration(f"{what} {key!r} is banned: {self.banned[key]}")
        if key not in known:
            raise BadDeclaration(f"{what} {key!r} is not in kernel/vocabulary.json")


def _read() -> Vocabulary:
    raw = json.loads(files("unificx.kernel").joinpath("vocabulary.json").read_text("utf-8"))
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
    """What one personal field is. Each fact stands alone: what is not exported may still have to be erased."""

    category: str
    uses: frozenset[str]
    retention: str
    on_erase: OnErase
    export: bool
    rectifiable: bool


def personal(
    category: str, *, uses: tuple[str, ...], retention: str, on_erase: OnErase, export: bool, rectifiable: bool
) -> Any:
    """A dataclass field that holds a personal value.

    `uses` are the purposes it may be opened for, `retention` the class that says how long it stays. `export`: it is in
    the copy a person can ask for. `rectifiable`: the person can have it corrected. Raises BadDeclaration for a word
    the vocabulary lacks.
    """
    VOCABULARY.require("category", VOCABULARY.categories, category)
    VOCABULARY.require("retention", VOCABULARY.retention, retention)
    for use in uses:
        VOCABULARY.require("purpose", VOCABULARY.purposes, use)
    if not uses:
        raise BadDeclaration(f"{category!r} is held for no purpose")
    if on_erase not in ("delete", "keep"):
        raise BadDeclaration(f"on_erase is 'delete' or 'keep', not {on_erase!r}")
    declared = Personal(category, frozenset(uses), retention, on_erase, export, rectifiable)
    return field(metadata={METADATA_KEY: declared})
