"""Whether the users of a tenant may use chat"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenant", sa.Column("chat", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("tenant") as table:
        table.alter_column("chat", server_default=None)
