"""Calls that voicemail answered, and the messages of a call"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("answered_by", sa.String(), nullable=True))
    op.create_index(op.f("ix_voicemail_tenant_id_call_id"), "voicemail", ["tenant_id", "call_id"])
