"""The register says what the declarations say, and stops at whatever says nothing."""

import pytest
import sealed_models
from sqlalchemy import Column, MetaData, String, Table

from unificx.kernel.personal import BadDeclaration
from unificx.privacy import explain, held, neutral


@pytest.mark.promise("S3")
def test_every_field_is_listed_with_what_was_declared_of_it() -> None:
    rows = held(sealed_models.Apart.metadata)
    assert [(row.table, row.column, row.field) for row in rows] == [
        ("friend", "sealed", "name"),
        ("friend", "sealed", "numbers"),
        ("friend", "note", "text"),
        ("stranger", "sealed", "name"),
        ("stranger", "sealed", "numbers"),
    ]
    name = rows[0]
    assert (name.subject, name.category, name.uses) == ("subject_id", "user.name", ("directory", "telephony"))
    assert (name.retention, name.on_erase, name.export, name.rectifiable) == ("account", "delete", True, True)
    assert explain(name) == (
        "somebody's name, to show colleagues whom they can reach; connect a call or deliver a message;"
        " kept as long as the account it belongs to exists"
    )


def test_every_other_column_is_listed_with_its_reason() -> None:
    rows = neutral(sealed_models.Apart.metadata)
    assert ("friend", "tenant_id", "the organisation") in [(row.table, row.column, row.why) for row in rows]
    assert len(rows) == 6
    assert all(row.why for row in rows)


def test_a_table_that_says_nothing_stops_it() -> None:
    metadata = MetaData()
    Table("stray", metadata, Column("phone", String))
    with pytest.raises(BadDeclaration, match=r"stray\.phone"):
        held(metadata)
