"""Number of the last change of an account among those of its tenant"""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_person_tenant_id_revision"), "person", ["tenant_id", "revision"])
    op.drop_index(op.f("ix_person_tenant_id"), table_name="person")
