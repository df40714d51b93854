"""Deletions of contacts"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact_book", sa.Column("deleted", sa.Integer(), nullable=False, server_default="0"))
