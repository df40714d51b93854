"""States of e-mails, and addresses that do not work"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("letter") as table:
        table.add_column(sa.Column("state", sa.String(), nullable=False, server_default="waiting"))
        table.add_column(sa.Column("status", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("ended", sa.DateTime(timezone=True), nullable=True))
        table.drop_index("ix_letter_due")
    with op.batch_alter_table("letter") as table:
        table.alter_column("state", server_default=None)
        table.alter_column("status", server_default=None)
        table.create_index("ix_letter_tenant_id_state_id", ["tenant_id", "state", "id"])
        table.create_index("ix_letter_state_due", ["state", "due"])
    op.create_table(
        "undeliverable_address",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name="fk_undeliverable_address_tenant_id_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_undeliverable_address"),
    )
    op.create_index(
        "ix_undeliverable_address_tenant_id_subject_id", "undeliverable_address", ["tenant_id", "subject_id"]
    )
