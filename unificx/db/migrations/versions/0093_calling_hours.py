"""Opening hours during which an extension may call outside"""

import sqlalchemy as sa
from alembic import op

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calling_limit", sa.Column("hours", sa.String(), nullable=False, server_default=""))
