"""Pictures of contacts"""

import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_picture",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact_picture")),
    )
    op.create_index(op.f("ix_contact_picture_tenant_id_subject_id"), "contact_picture", ["tenant_id", "subject_id"])
    op.add_column("contact", sa.Column("picture", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("contact") as table:
        table.alter_column("picture", server_default=None)
