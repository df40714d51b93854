"""Requests of administrators to the operator of the installation"""

import sqlalchemy as sa
from alembic import op

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rights_request", sa.Column("sender_tenant", sa.String(), nullable=True))
