"""Calls outside: country of a tenant, routes, public numbers, block lists, permissions and stops"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenant", sa.Column("country", sa.String(), server_default="DE", nullable=False))
    text, number, yes_or_no = sa.String(), sa.Integer(), sa.Boolean()
    time = sa.DateTime(timezone=True)
    _create("outbound_route", ["id"], ["tenant_id", "position"], {
        "id": text, "tenant_id": text, "name": text, "pattern": text, "trunks": text, "position": number,
        "strip": number, "prepend": text, "caller_number_id": text, "created": time,
    })  # fmt: skip
    _create("public_number", ["id"], ["tenant_id", "trunk_id"], {
        "id": text, "tenant_id": text, "trunk_id": text, "reject_anonymous": yes_or_no, "shown_for": text,
        "created": time, "subject_id": text, "sealed": sa.LargeBinary(),
    })  # fmt: skip
    _create("number_block", ["id"], ["tenant_id", "extension_id"], {
        "id": text, "tenant_id": text, "extension_id": text, "direction": text, "allows": yes_or_no, "created": time,
        "subject_id": text, "sealed": sa.LargeBinary(),
    })  # fmt: skip
    _create("calling_policy", ["tenant_id"], [], {
        "tenant_id": text, "countries": text, "premium": yes_or_no, "alerted": text, "prices": text,
        "night_from": number, "night_until": number,
    })  # fmt: skip
    _create("called_country", ["tenant_id", "country"], [], {
        "tenant_id": text, "country": text, "first_day": number,
    })  # fmt: skip
    _create("calling_limit", ["tenant_id", "scope", "scope_id"], [], {
        "tenant_id": text, "scope": text, "scope_id": text, "calls_per_hour": number, "concurrent": number,
        "minutes_per_day": number, "cents_per_day": number, "reach": text,
    }, nullable={"calls_per_hour", "concurrent", "minutes_per_day", "cents_per_day"})  # fmt: skip
    _create("fraud_stop", ["id"], ["tenant_id", "created"], {
        "id": text, "tenant_id": text, "scope": text, "scope_id": text, "rule": text, "country": text,
        "foreign": yes_or_no, "measured": number, "limit": number, "created": time, "until": time, "released": time,
        "released_by": text,
    }, nullable={"until", "released"})  # fmt: skip


def _create(
    table: str,
    key: list[str],
    index: list[str],
    columns: dict[str, sa.types.TypeEngine],
    nullable: frozenset[str] | set[str] = frozenset(),
) -> None:
    op.create_table(
        table,
        *(sa.Column(name, type_, nullable=name in nullable) for name, type_ in columns.items()),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
    )
    if index:
        op.create_index(op.f(f"ix_{table}_{'_'.join(index)}"), table, index)
