"""Signed caller ids"""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("certificate_url", "verification"):
        op.add_column("trunk", sa.Column(name, sa.String(), nullable=False, server_default=""))
        with op.batch_alter_table("trunk") as table:
            table.alter_column(name, server_default=None)
    op.add_column("call", sa.Column("verification", sa.String(), nullable=True))
