"""Why an address gets no advertising"""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("suppressed_address", sa.Column("reason", sa.String(), nullable=False, server_default="unsubscribe"))
