"""Groups of identity providers, their members, and the roles that they are linked to"""

import sqlalchemy as sa
from alembic import op

revision = "0109"
down_revision = "0108"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provisioned_group",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("tenant_id", sa.String(), sa.ForeignKey("tenant.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("role_id", sa.String(), sa.ForeignKey("custom_role.id"), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", "name_key", name="uq_provisioned_group_tenant_id_name_key"),
    )
    op.create_index("ix_provisioned_group_role_id", "provisioned_group", ["role_id"])
    op.create_table(
        "provisioned_member",
        sa.Column("person_id", sa.String(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("group_id", sa.String(), sa.ForeignKey("provisioned_group.id"), primary_key=True),
        sa.Column("tenant_id", sa.String(), sa.ForeignKey("tenant.id"), nullable=False),
    )
    op.create_index("ix_provisioned_member_group_id", "provisioned_member", ["group_id"])
    op.create_index("ix_provisioned_member_tenant_id", "provisioned_member", ["tenant_id"])
