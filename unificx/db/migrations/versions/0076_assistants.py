"""Whether assistants may use API keys of a tenant"""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenant", sa.Column("assistants", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("tenant") as table:
        table.alter_column("assistants", server_default=None)
