"""Right to pick up calls"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenant", sa.Column("pickup", sa.String(), server_default="everyone", nullable=False))
