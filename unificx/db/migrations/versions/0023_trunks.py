"""Trunks"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trunk",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("transport", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("registers", sa.Boolean(), nullable=False),
        sa.Column("accept_from", sa.String(), nullable=False),
        sa.Column("max_calls", sa.Integer(), nullable=True),
        sa.Column("caller_id_header", sa.String(), nullable=False),
        sa.Column("number_format", sa.String(), nullable=False),
        sa.Column("dtmf", sa.String(), nullable=False),
        sa.Column("register_seconds", sa.Integer(), nullable=False),
        sa.Column("check_seconds", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trunk")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_trunk_tenant_id_name")),
    )
