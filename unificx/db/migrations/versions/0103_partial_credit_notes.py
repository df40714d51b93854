"""Partial credit notes"""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invoice", sa.Column("partial", sa.Boolean(), nullable=False, server_default=sa.false()))
