"""Register of personal data: derived from the declarations, rejects undeclared columns."""

import pytest
import sealed_models
from sqlalchemy import Column, MetaData, String, Table

from unificx.core.personal import InvalidDeclaration
from unificx.privacy import describe, personal_fields, plain_columns
from unificx.privacy.exporting import _row_kind


@pytest.mark.promise("S3")
def test_every_field_is_listed_with_its_declaration() -> None:
    rows = personal_fields(sealed_models.SeparateBase.metadata)
    assert [(row.table, row.column, row.field) for row in rows] == [
        ("friend", "sealed", "name"),
        ("friend", "sealed", "numbers"),
        ("friend", "note", "text"),
        ("stranger", "sealed", "name"),
        ("stranger", "sealed", "numbers"),
    ]
    name = rows[0]
    assert (name.subject, name.category, name.uses) == (
        "subject_id",
        "user.name",
        ("directory", "requests", "telephony"),
    )
    assert (name.retention, name.on_erase, name.export, name.rectifiable) == ("account", "delete", True, True)
    assert describe(name) == (
        "name of a person, to show users the colleagues they can call; answer requests, inquiries and complaints; connect"
        " a call or deliver a message; kept as long as the account it belongs to exists"
    )


def test_every_plain_column_is_listed_with_its_reason() -> None:
    rows = plain_columns(sealed_models.SeparateBase.metadata)
    assert ("friend", "tenant_id", "tenant id") in [(row.table, row.column, row.why) for row in rows]
    assert len(rows) == 6
    assert all(row.why for row in rows)


def test_a_column_with_the_name_of_a_sealed_field_cannot_be_exported() -> None:
    table = Table("friend", MetaData(), Column("name", String))
    with pytest.raises(InvalidDeclaration, match="name is both a column and a field"):
        _row_kind(table, "friends", list(table.columns), [sealed_models.FriendPart])


def test_undeclared_column_is_rejected() -> None:
    metadata = MetaData()
    Table("stray", metadata, Column("phone", String))
    with pytest.raises(InvalidDeclaration, match=r"stray\.phone"):
        personal_fields(metadata)
