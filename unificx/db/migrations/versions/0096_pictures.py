"""Pictures of users, and whether a tenant uses them"""

import sqlalchemy as sa
from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_picture",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_picture")),
    )
    op.create_index(op.f("ix_person_picture_tenant_id_subject_id"), "person_picture", ["tenant_id", "subject_id"])
    op.add_column("tenant", sa.Column("pictures", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("tenant") as table:
        table.alter_column("pictures", server_default=None)
