"""Conference rooms"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "numbering",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_numbering_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_numbering")),
    )
    op.execute("INSERT INTO numbering (tenant_id, number, kind) SELECT tenant_id, number, 'extension' FROM extension")
    op.create_table(
        "room",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wait_for_host", sa.Boolean(), nullable=False),
        sa.Column("announce", sa.String(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("muted_on_entry", sa.Boolean(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("may_record", sa.Boolean(), nullable=False),
        sa.Column("end_after_host", sa.Integer(), nullable=True),
        sa.Column("has_pin", sa.Boolean(), nullable=False),
        sa.Column("has_host_pin", sa.Boolean(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_room_tenant_id_number")),
    )
    op.create_table(
        "room_host",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("extension_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "extension_id", name=op.f("pk_room_host")),
    )
    op.create_index(op.f("ix_room_host_tenant_id_extension_id"), "room_host", ["tenant_id", "extension_id"])
