"""Outcomes in the index of lists of calls: the missed ones are found without reading the others"""

from alembic import op

revision = "0113"
down_revision = "0112"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_call_tenant_id_started_id_outcome", "call", ["tenant_id", "started", "id", "outcome"])
    op.drop_index("ix_call_tenant_id_started_id", "call")
