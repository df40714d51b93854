"""Alembic environment: runs on the given connection, within its transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

config = context.config


def _render_plain_type(kind: str, thing: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Render custom column types as plain SQLAlchemy types, because a migration outlives the models."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl_instance!r}"
    return False


context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes.get("metadata"),
    render_item=_render_plain_type,
    render_as_batch=True,
)
context.run_migrations()
