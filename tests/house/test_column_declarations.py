"""Every column is declared, with terms of the vocabulary."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from unificx.api import schemas
from unificx.core.personal import VOCABULARY
from unificx.db import Base
from unificx.db.migrations.models import load_all_models
from unificx.privacy import personal_fields, plain_columns

ROOT = Path(__file__).parents[2]
OF_AGE = re.compile(r"(^|_)(of_age|age|birth|birthday|birthdate|born|dob|gender|guardian|parents?|school)(_|$)")
"""Names of fields that ask for an age or for details of a child."""


@pytest.fixture(autouse=True)
def all_tables() -> None:
    load_all_models()


@pytest.mark.promise("S3", "K2")
@pytest.mark.promise("T2")
def test_every_column_is_plain_or_sealed() -> None:
    sealed = {(one.table, one.column) for one in personal_fields()}
    plain = {(one.table, one.column) for one in plain_columns()}
    every = {(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns}
    assert sealed | plain == every
    assert not sealed & plain


def fields_of_the_api() -> Iterator[tuple[str, object]]:
    """Yield name and type of each field of the API's requests and answers."""
    modules = [
        importlib.import_module(f"{schemas.__name__}.{each.name}") for each in pkgutil.iter_modules(schemas.__path__)
    ]
    for model in {value for module in modules for value in vars(module).values() if isinstance(value, type)}:
        if issubclass(model, BaseModel):
            yield from ((name, field.annotation) for name, field in model.model_fields.items())


@pytest.mark.promise("K2", whole=True)
def test_an_age_is_asked_for_as_yes_or_no_only() -> None:
    """K2 as a whole: stored fields, requests to the API and forms without an account know of an age only whether it is
    sufficient. A date of birth cannot be declared (`test_terms_outside_the_vocabulary_are_rejected`), nor anything
    undeclared be stored (`test_every_column_is_plain_or_sealed`), and of a minor nothing else is stored
    (`test_only_the_answer_of_an_underage_user_is_stored`). An address book may have a birthday that the contact program
    of its owner has put there; nothing asks for it."""
    stored = {(one.table, one.field) for one in personal_fields() if OF_AGE.search(one.field)}
    assert stored == {("acceptance", "of_age")}
    assert [one for one in plain_columns() if OF_AGE.search(one.column)] == []
    assert {field for field in fields_of_the_api() if OF_AGE.search(field[0])} == {("of_age", bool)}
    for path in (ROOT / "unificx" / "api" / "pages").glob("*.html"):
        for name, options in re.findall(r'<(?:input|select|textarea) name="(\w+)"[^>]*>(.*)', path.read_text("utf-8")):
            if OF_AGE.search(name):
                assert set(re.findall(r'value="(\w*)"', options)) == {"", "yes", "no"}, path.name
    assert "user.demographic.date_of_birth" in VOCABULARY.banned


@pytest.mark.promise("S3", "K2")
def test_personal_fields_use_only_allowed_terms() -> None:
    for one in personal_fields():
        place = f"{one.table}.{one.column}.{one.field}"
        assert one.category in VOCABULARY.categories, place
        assert set(one.uses) <= VOCABULARY.purposes.keys(), place
        assert one.retention in VOCABULARY.retention, place
        assert one.category not in VOCABULARY.banned, place


IDENTIFYING = ("user.name", "user.contact", "user.financial", "user.payment", "user.job_title")
DETAILS_OF_PERSONS = {
    "person": {"name", "email", "department"},
    "extension": {"name", "department"},
    "billing_details": {
        *("name", "contact", "street", "postcode", "city", "country", "email", "vat_id", "tax_number"),
        *("iban", "bic", "creditor_id", "mandate", "mandate_signed"),
    },
    "invoice": {"document"},
}
"""All names, contact and billing details that an account, an extension, a customer and an invoice have."""
TEXTS_OF_PERSONS = {
    "person": {"id", "tenant_id", "subject_id", "role", "state", "language"},
    "extension": {"id", "tenant_id", "subject_id", "person_id", "number"},
    "billing_details": {"tenant_id", "subject_id", "number_prefix"},
    "invoice": {"tenant_id", "customer_id", "subject_id", "currency", "number", "cancels"},
}
"""All texts that their tables have in the clear: ids, numbers of the seller and words of fixed lists."""


@pytest.mark.promise("C1", whole=True)
def test_details_of_persons_are_a_closed_list() -> None:
    """C1 as a whole: name, contact and billing details of an account, extension, customer and invoice are these fields,
    each sealed, for administration, calls and billing only; a further one, sealed or not, fails here. Columns cannot be
    added without a declaration (`test_an_undeclared_column_is_rejected`). That nothing of it is in the database in the
    clear: `test_no_name_address_or_username_is_stored_in_the_clear`,
    `test_another_tenant_sees_no_invoice_and_its_names_are_sealed`; and each person sees it in the policy:
    `test_the_policy_shows_each_declared_category_purpose_and_period`."""
    allowed = {
        "administration",
        "authentication",
        "billing",
        "directory",
        "history",
        "requests",
        "security",
        "telephony",
    }
    for table, expected in DETAILS_OF_PERSONS.items():
        columns = Base.metadata.tables[table].columns
        fields = [one for one in personal_fields() if one.table == table]
        assert {one.field for one in fields} == expected, table
        assert all(one.category.startswith(IDENTIFYING) for one in fields), table
        assert {use for one in fields for use in one.uses} <= allowed, table
        plain = {one.column for one in plain_columns() if one.table == table}
        assert {each for each in plain if columns[each].type.python_type is str} == TEXTS_OF_PERSONS[table]


def test_plain_columns_have_a_meaningful_reason() -> None:
    for one in plain_columns():
        assert len(one.why.split()) >= 2, f"{one.table}.{one.column}: {one.why!r} is not a reason"


def test_every_subject_column_is_plain() -> None:
    plain = {(one.table, one.column) for one in plain_columns()}
    for one in personal_fields():
        assert (one.table, one.subject) in plain
