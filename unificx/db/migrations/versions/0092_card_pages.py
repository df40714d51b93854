"""Pages and single refunds of payments by card"""

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("card_payment", sa.Column("page", sa.String(), nullable=False, server_default=""))
    op.add_column("card_payment", sa.Column("refunds", sa.String(), nullable=False, server_default=""))
