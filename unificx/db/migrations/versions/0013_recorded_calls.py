"""Call recordings"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audio_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("begun", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
    )
    op.create_index(op.f("ix_recording_tenant_id_audio_id"), "recording", ["tenant_id", "audio_id"])
    op.create_index(op.f("ix_recording_tenant_id_call_id"), "recording", ["tenant_id", "call_id"])
    op.create_index(op.f("ix_recording_tenant_id_created"), "recording", ["tenant_id", "created"])
    op.create_table(
        "recording_extension",
        sa.Column("extension_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("when", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("extension_id", name=op.f("pk_recording_extension")),
    )
    op.create_index(op.f("ix_recording_extension_tenant_id"), "recording_extension", ["tenant_id"])
    op.create_table(
        "recording_listen",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_listen")),
    )
    op.create_index(
        op.f("ix_recording_listen_tenant_id_recording_id"), "recording_listen", ["tenant_id", "recording_id"]
    )
    op.create_index(op.f("ix_recording_listen_tenant_id_subject_id"), "recording_listen", ["tenant_id", "subject_id"])
    op.create_table(
        "recording_mark",
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("recording_id", "number", name=op.f("pk_recording_mark")),
    )
    op.create_index(op.f("ix_recording_mark_tenant_id"), "recording_mark", ["tenant_id"])
    op.create_table(
        "recording_party",
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("extension_id", sa.String(), nullable=True),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("told", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("hidden", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("recording_id", "place", name=op.f("pk_recording_party")),
    )
    op.create_index(op.f("ix_recording_party_tenant_id_extension_id"), "recording_party", ["tenant_id", "extension_id"])
    op.create_index(op.f("ix_recording_party_tenant_id_subject_id"), "recording_party", ["tenant_id", "subject_id"])
    op.create_table(
        "recording_tenant",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("beep_seconds", sa.Integer(), nullable=False),
        sa.Column("pause_on_keys", sa.Boolean(), nullable=False),
        sa.Column("administrators_listen", sa.Boolean(), nullable=False),
        sa.Column("restorable_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_recording_tenant")),
    )
