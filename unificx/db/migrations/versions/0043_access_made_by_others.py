"""The maker of a password, session, API key and acceptance"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("credential", "session", "api_key", "acceptance"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("made_by", sa.String(), nullable=True))
