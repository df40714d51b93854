"""Whether the token pair of a session was used: until then its predecessor yields it again"""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0113"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("used", sa.Boolean(), nullable=False, server_default=sa.true()))
