"""Retention: periods of tenants, state of the sweeps, and an index of the network addresses that are left"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_ADDRESS = sa.text("sealed_address IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "retention_period",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_retention_period")),
    )
    op.create_table(
        "retention_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_state")),
    )
    op.create_index(
        "ix_call_party_addresses",
        "call_party",
        ["tenant_id", "call_id"],
        sqlite_where=_ADDRESS,
        postgresql_where=_ADDRESS,
    )
