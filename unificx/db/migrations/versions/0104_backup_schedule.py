"""Schedule of the backups that the server makes"""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backup_schedule",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("every", sa.String(), nullable=False),
        sa.Column("keep", sa.Integer(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
    )
