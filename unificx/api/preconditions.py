"""Conditional changes (RFC 9110 section 13.1.1): a client that sends `If-Match` does not overwrite what others have
changed since it has read an object. The condition is checked within the transaction of the change."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Header

from unificx.api.problems import PreconditionFailed
from unificx.api.schemas.core import Versioned
from unificx.core.preconditions import Precondition, unconditional

T = TypeVar("T")

IfMatch = Annotated[
    str | None,
    Header(
        max_length=1000,
        description="`version` of the object as you have read it, or the `ETag` of its response: if it was changed"
        " meanwhile, it stays, and the status is 412. Without it, the object is changed or deleted in any case.",
        examples=['"5eb2b2fa19b6a7d0"'],
    ),
]


def unchanged(if_match: str | None, schema: Callable[[T], Versioned]) -> Precondition[T]:
    """Return the condition of the header `If-Match`. `schema` returns what the client has read of an object."""
    if if_match is None:
        return unconditional
    known = {each.strip().strip('"') for each in if_match.split(",")}

    def require_known(stored: T) -> None:
        """Raise PreconditionFailed if the client has read another version."""
        if not known & {"*", schema(stored).version}:
            raise PreconditionFailed("This was changed meanwhile.", hint="Read it again, then repeat your change.")

    return require_known
