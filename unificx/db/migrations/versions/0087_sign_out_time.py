"""The time at which users are signed out of shared phones"""

import sqlalchemy as sa
from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenant", sa.Column("sign_out_time", sa.String(), nullable=True))
