"""A key per call; calls of the version before, sealed under a key of their tenant, have nothing wrapped"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("live_call") as batch:
        batch.add_column(sa.Column("wrapped", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("live_call") as batch:
        batch.alter_column("wrapped", server_default=None)
