"""Rooms in which all wait until a host admits them"""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("room", sa.Column("lobby", sa.Boolean(), nullable=False, server_default=sa.false()))
