"""Reactions that are encrypted end to end"""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chat_reaction", sa.Column("round", sa.Integer(), nullable=True))
