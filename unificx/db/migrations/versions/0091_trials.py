"""Trials of tenants"""

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan", sa.Column("trial_days", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("plan", sa.Column("sign_up", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "trial",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("charged_since", sa.Date(), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_trial")),
    )
