"""What Alembic runs for every command: on the connection it was given, in that connection's transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

config = context.config


def render_plainly(kind: str, thing: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Word our own column types by what they are in the database, for a migration outlives the models."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl_instance!r}"
    return False


context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes.get("metadata"),
    render_item=render_plainly,
    render_as_batch=True,
)
context.run_migrations()
