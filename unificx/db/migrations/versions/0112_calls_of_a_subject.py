"""Calls of a data subject in order: an access copy reads them by pages"""

from alembic import op

revision = "0112"
down_revision = "0111"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_call_party_tenant_id_subject_id_call_id", "call_party", ["tenant_id", "subject_id", "call_id"])
    op.drop_index("ix_call_party_tenant_id_subject_id", "call_party")
