"""Locations of emergency calls"""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "location",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("home_of", sa.String(), nullable=False),
        sa.Column("extensions", sa.String(), nullable=False),
        sa.Column("devices", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
    )
    op.create_index(op.f("ix_location_tenant_id"), "location", ["tenant_id"])
    op.add_column("trunk", sa.Column("sends_location", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("trunk") as table:
        table.alter_column("sends_location", server_default=None)
