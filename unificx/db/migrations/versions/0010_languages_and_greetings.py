"""Languages and greetings"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tenant") as tenant:
        tenant.add_column(sa.Column("language", sa.String(), nullable=False, server_default="en"))
        tenant.add_column(sa.Column("time_zone", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("language", sa.String(), nullable=True))
    op.create_table(
        "voicemail_greeting",
        sa.Column("box_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audio_id", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("box_id", "kind", name=op.f("pk_voicemail_greeting")),
    )
    op.create_index(op.f("ix_voicemail_greeting_tenant_id"), "voicemail_greeting", ["tenant_id"])
    op.execute(
        "INSERT INTO voicemail_greeting (box_id, kind, tenant_id, audio_id)"
        " SELECT extension_id, 'no_answer', tenant_id, greeting_id FROM voicemail_box WHERE greeting_id IS NOT NULL"
    )
    with op.batch_alter_table("voicemail_box") as box:
        box.add_column(sa.Column("mail_caller", sa.Boolean(), nullable=False, server_default=sa.false()))
        box.drop_column("greeting_id")
