"""Recorded videos"""

import sqlalchemy as sa
from alembic import op

revision = "0107"
down_revision = "0106"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audio", sa.Column("video", sa.String(), nullable=False, server_default="none"))
