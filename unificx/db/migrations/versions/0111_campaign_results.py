"""Results of campaigns that stay when the records of their e-mails are deleted"""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("delivered", "failed", "complained", "unsubscribed"):
        op.add_column("campaign", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
