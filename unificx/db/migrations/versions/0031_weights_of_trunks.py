"""Weights of the trunks of a route"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbound_route", sa.Column("weights", sa.String(), server_default="", nullable=False))
