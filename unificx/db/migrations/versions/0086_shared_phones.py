"""Shared phones, at which users sign in"""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("device", sa.Column("used_by", sa.String(), nullable=True))
    op.add_column("device", sa.Column("used_since", sa.DateTime(timezone=True), nullable=True))
