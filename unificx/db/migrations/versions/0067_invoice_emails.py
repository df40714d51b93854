"""E-mails with invoices, which wait until they are queued"""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("invoice_notice") as table:
        table.alter_column("at", existing_type=sa.DateTime(timezone=True), nullable=True)
    op.add_column("letter", sa.Column("invoice", sa.String(), nullable=True))
