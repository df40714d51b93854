"""Meetings that users create: rooms with an optional start and end"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("room", sa.Column("is_meeting", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("starts", "ends"):
        op.add_column("room", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("room") as table:
        table.alter_column("is_meeting", server_default=None)
