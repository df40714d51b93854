"""Storage format of audio"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("audio", schema=None) as batch_op:
        batch_op.add_column(sa.Column("form", sa.String(), nullable=False, server_default="new"))
    with op.batch_alter_table("audio", schema=None) as batch_op:
        batch_op.alter_column("form", server_default=None)
        batch_op.create_index(batch_op.f("ix_audio_form_state"), ["form", "state"], unique=False)
    with op.batch_alter_table("voicemail_tenant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keep_wav", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("voicemail_tenant", schema=None) as batch_op:
        batch_op.alter_column("keep_wav", server_default=None)
    op.create_table(
        "audio_derived",
        sa.Column("audio_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("waveform", sa.LargeBinary(), nullable=True),
        sa.Column("transcript", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("audio_id", name=op.f("pk_audio_derived")),
    )
    op.create_index(op.f("ix_audio_derived_tenant_id"), "audio_derived", ["tenant_id"])
