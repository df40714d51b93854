"""The mailbox of the support desk, and requests that e-mails answer"""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("request_id", sa.String(), nullable=True))
    op.create_table(
        "read_mailbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_read_mailbox"),
    )
    op.create_table(
        "handled_email",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("mailbox_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_handled_email"),
    )
    op.create_index("ix_handled_email_at", "handled_email", ["at"])
    op.create_index("ix_handled_email_mailbox_id_digest", "handled_email", ["mailbox_id", "digest"], unique=True)
