"""Every column is declared, with terms of the vocabulary."""

import pytest

from unificx.core.personal import VOCABULARY
from unificx.db import Base
from unificx.db.migrations.models import load_all_models
from unificx.privacy import personal_fields, plain_columns


@pytest.fixture(autouse=True)
def all_tables() -> None:
    load_all_models()


@pytest.mark.promise("S3")
def test_every_column_is_plain_or_sealed() -> None:
    sealed = {(one.table, one.column) for one in personal_fields()}
    plain = {(one.table, one.column) for one in plain_columns()}
    every = {(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns}
    assert sealed | plain == every
    assert not sealed & plain


@pytest.mark.promise("S3", "K2")
def test_personal_fields_use_only_allowed_terms() -> None:
    for one in personal_fields():
        place = f"{one.table}.{one.column}.{one.field}"
        assert one.category in VOCABULARY.categories, place
        assert set(one.uses) <= VOCABULARY.purposes.keys(), place
        assert one.retention in VOCABULARY.retention, place
        assert one.category not in VOCABULARY.banned, place


def test_plain_columns_have_a_meaningful_reason() -> None:
    for one in plain_columns():
        assert len(one.why.split()) >= 2, f"{one.table}.{one.column}: {one.why!r} is not a reason"


def test_every_subject_column_is_plain() -> None:
    plain = {(one.table, one.column) for one in plain_columns()}
    for one in personal_fields():
        assert (one.table, one.subject) in plain
