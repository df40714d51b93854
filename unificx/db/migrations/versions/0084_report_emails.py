"""Reports by e-mail"""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("report", sa.String(), nullable=True))
    op.create_table(
        "report_schedule",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("every", sa.String(), nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_report_schedule_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_report_schedule_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "person_id", "every", name="pk_report_schedule"),
    )
