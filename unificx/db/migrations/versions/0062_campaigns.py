"""Campaigns of advertising, and addresses that were unsubscribed from it"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("subject_en", "text_en", "subject_de", "text_de")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_campaign_tenant_id_tenant", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
    )
    op.create_index("ix_campaign_tenant_id_sent", "campaign", ["tenant_id", "sent"])
    op.create_table(
        "suppressed_address",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name="fk_suppressed_address_tenant_id_tenant", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_suppressed_address"),
    )
    op.create_index("ix_suppressed_address_tenant_id", "suppressed_address", ["tenant_id"])
    op.add_column("letter", sa.Column("campaign_id", sa.String(), nullable=True))
