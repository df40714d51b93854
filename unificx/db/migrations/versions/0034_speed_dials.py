"""Speed dials of extensions"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "speed_dial",
        sa.Column("extension_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("extension_id", name=op.f("pk_speed_dial")),
    )
    op.create_index(op.f("ix_speed_dial_tenant_id"), "speed_dial", ["tenant_id"])
