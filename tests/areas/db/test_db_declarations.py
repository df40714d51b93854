"""Models with undeclared columns or fields fail at import."""

from dataclasses import dataclass, field, make_dataclass
from itertools import count
from typing import Any

import pytest
from sealed_models import FriendPart
from sqlalchemy import JSON, Column, LargeBinary, MetaData, String, Table
from sqlalchemy.orm import mapped_column

from unificx.core.personal import VOCABULARY, InvalidDeclaration, personal
from unificx.db import Base, SealedCodec, plain, sealed_column
from unificx.db.base import Sealed, check_table

NUMBERS = count()
DECLARED: dict[str, Any] = {
    "category": "user.name",
    "uses": ("directory",),
    "retention": "account",
    "on_erase": "delete",
    "export": True,
    "rectifiable": True,
}


def declare(**changes: Any) -> Any:
    arguments = DECLARED | changes
    return personal(arguments.pop("category"), **arguments)


def define(**columns: Any) -> type[Any]:
    """Define a model with an id, a subject and these columns, in separate metadata."""
    base = type("Alone", (Base,), {"__abstract__": True, "metadata": MetaData()})
    always = {"id": plain("an id", String, primary_key=True), "subject_id": plain("whose", String)}
    return type(f"Row{next(NUMBERS)}", (base,), {"__tablename__": "row", "__module__": __name__, **always, **columns})


def part(**fields: tuple[Any, Any]) -> type[Any]:
    return make_dataclass("Part", [(name, kind, what) for name, (kind, what) in fields.items()], frozen=True)


@pytest.mark.promise("S3")
@pytest.mark.parametrize(
    ("columns", "words"),
    [
        pytest.param({"name": mapped_column(String)}, "row.name: declare it", id="undeclared column"),
        pytest.param({"name": mapped_column(Sealed)}, "with sealed_column", id="sealed type without declaration"),
        pytest.param({"name": plain("it is sealed", Sealed)}, "with sealed_column", id="sealed type declared plain"),
        pytest.param({"more": plain("only figures", JSON)}, "plain JSON is not allowed", id="untyped JSON column"),
        pytest.param(
            {"s": sealed_column(FriendPart, subject="owner")},
            "subject column 'owner' does not exist",
            id="unknown subject column",
        ),
        pytest.param({"blob": mapped_column(LargeBinary)}, "row.blob: declare it", id="undeclared bytes"),
    ],
)
@pytest.mark.promise("C1")
def test_an_undeclared_column_is_rejected(columns: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidDeclaration, match=words):
        define(**columns)


def test_a_column_added_later_or_to_a_core_table_is_checked() -> None:
    table = Table("bare", MetaData(), Column("phone", String))
    with pytest.raises(InvalidDeclaration, match=r"bare\.phone"):
        check_table(table)
    row = define()
    row.phone = mapped_column(String)
    with pytest.raises(InvalidDeclaration, match=r"row\.phone"):
        check_table(row.__table__)


@pytest.mark.parametrize("why", ["", "  ", String(20), None])
def test_plain_requires_a_reason(why: Any) -> None:
    with pytest.raises(InvalidDeclaration, match="needs the reason"):
        plain(why)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"name": (str, declare()), "phone": (str, field())}, "phone", id="undeclared field"),
        pytest.param({"more": (dict, declare())}, "more", id="dict field"),
        pytest.param({"more": (tuple[dict, ...], declare())}, "more", id="tuple of dicts"),
        pytest.param({"more": (Any, declare())}, "more", id="Any field"),
        pytest.param({}, "at least one field", id="no field"),
        pytest.param(
            {"a": (str, declare()), "b": (str, declare(on_erase="keep"))}, "same on_erase", id="different on_erase"
        ),
    ],
)
def test_a_sealed_part_with_undeclared_content_is_rejected(fields: dict[str, tuple[Any, Any]], words: str) -> None:
    with pytest.raises(InvalidDeclaration, match=words):
        sealed_column(part(**fields), subject="subject_id")


def test_a_sealed_part_must_be_frozen() -> None:
    @dataclass
    class Loose:
        name: str = declare()

    with pytest.raises(InvalidDeclaration, match="frozen"):
        sealed_column(Loose, subject="subject_id")


@pytest.mark.promise("S3", "K2")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"category": "user.shoe_size"}, "not in kernel/vocabulary.json"),
        ({"category": "user.demographic.date_of_birth"}, "banned: age is held as a yes or no"),
        ({"category": "user.biometric.voice"}, "banned"),
        ({"uses": ("curiosity",)}, "not in kernel/vocabulary.json"),
        ({"uses": ("train_ai_system",)}, "banned"),
        ({"uses": ()}, "for no purpose"),
        ({"retention": "forever"}, "not in kernel/vocabulary.json"),
        ({"on_erase": "hide"}, "'delete' or 'keep'"),
    ],
)
def test_terms_outside_the_vocabulary_are_rejected(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidDeclaration, match=words):
        declare(**change)


def test_the_vocabulary_is_consistent() -> None:
    for key in VOCABULARY.categories:
        parent = key.rpartition(".")[0]
        assert parent in VOCABULARY.categories or parent in ("user", "user.demographic")
    assert not VOCABULARY.banned.keys() & (VOCABULARY.categories.keys() | VOCABULARY.purposes.keys())
    assert not set(VOCABULARY.data_uses.values()) & VOCABULARY.banned.keys()


def test_a_codec_needs_one_column_and_a_shared_purpose() -> None:
    with pytest.raises(TypeError, match="not 0"):
        SealedCodec(define(), FriendPart)
    disjoint = part(a=(str, declare(export=False)), b=(str, declare(uses=("billing",), export=False)))
    with pytest.raises(TypeError, match="share no purpose"):
        SealedCodec(define(sealed=sealed_column(disjoint, subject="subject_id")), disjoint)
