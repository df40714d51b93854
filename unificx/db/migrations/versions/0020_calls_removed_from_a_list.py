"""Calls that a party removed from their own list"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call_party", sa.Column("hidden", sa.DateTime(timezone=True), nullable=True))
