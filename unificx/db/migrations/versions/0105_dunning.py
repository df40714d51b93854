"""Dunning"""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # 0, never: tenants of a running installation have not agreed to an end of their calls.
    op.add_column("billing_details", sa.Column("stop_days", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("invoice_notice", sa.Column("calls_end", sa.Date(), nullable=True))
