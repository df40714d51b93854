"""Voicemail"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audio",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audio")),
    )
    op.create_index(op.f("ix_audio_tenant_id_state"), "audio", ["tenant_id", "state"])
    op.create_table(
        "audio_owner",
        sa.Column("audio_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("audio_id", "subject_id", name=op.f("pk_audio_owner")),
    )
    op.create_index(op.f("ix_audio_owner_tenant_id_subject_id"), "audio_owner", ["tenant_id", "subject_id"])
    op.create_table(
        "voicemail",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("extension_id", sa.String(), nullable=False),
        sa.Column("audio_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("caller_subject_id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("heard", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voicemail")),
    )
    for columns in (("extension_id", "created"), ("caller_subject_id",), ("state",)):
        name = "_".join(("ix_voicemail_tenant_id", *columns))
        op.create_index(op.f(name), "voicemail", ["tenant_id", *columns])
    op.create_table(
        "voicemail_box",
        sa.Column("extension_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("greeting_id", sa.String(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("extension_id", name=op.f("pk_voicemail_box")),
    )
    op.create_index(op.f("ix_voicemail_box_tenant_id"), "voicemail_box", ["tenant_id"])
    op.create_table(
        "voicemail_tenant",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("longest_seconds", sa.Integer(), nullable=False),
        sa.Column("most_messages", sa.Integer(), nullable=False),
        sa.Column("restorable_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_voicemail_tenant")),
    )
