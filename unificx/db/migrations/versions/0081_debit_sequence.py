"""Sequence of direct debits: the first one of a mandate, or a later one"""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Files that were made before have it for all debits.
    op.add_column("direct_debit", sa.Column("sequence", sa.String(), nullable=False, server_default="RCUR"))
