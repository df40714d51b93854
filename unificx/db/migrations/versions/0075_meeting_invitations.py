"""Invitations to meetings by e-mail, and calendar feeds"""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting_invitation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("extension_id", sa.String(), nullable=True),
        sa.Column("invited", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_invitation")),
    )
    op.create_index(op.f("ix_meeting_invitation_tenant_id_room_id"), "meeting_invitation", ["tenant_id", "room_id"])
    op.create_index(
        op.f("ix_meeting_invitation_tenant_id_subject_id"), "meeting_invitation", ["tenant_id", "subject_id"]
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("extension_id", sa.String(), nullable=False),
        sa.Column("secret_digest", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_calendar_feed_secret_digest")),
    )
    op.create_index(op.f("ix_calendar_feed_tenant_id_extension_id"), "calendar_feed", ["tenant_id", "extension_id"])
    op.add_column("guest_link", sa.Column("invitation_id", sa.String(), nullable=True))
    op.add_column("room", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
