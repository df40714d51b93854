"""A key per call: calls sealed under a key of their tenant are not restored"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM live_call")
    with op.batch_alter_table("live_call") as batch:
        batch.add_column(sa.Column("wrapped", sa.String(), nullable=False))
