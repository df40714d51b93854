"""Names of rooms are sealed; meetings have the day on which they were last used

The names themselves are sealed at the next start, which has the keys.
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("room") as table:
        table.alter_column("name", existing_type=sa.String(), nullable=True)
        table.add_column(sa.Column("sealed_name", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("used", sa.DateTime(timezone=True), nullable=True))
