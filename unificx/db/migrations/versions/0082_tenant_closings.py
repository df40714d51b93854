"""Tenants that are closed, and erased after some days"""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("suspension", sa.Column("erases", sa.DateTime(timezone=True), nullable=True))
