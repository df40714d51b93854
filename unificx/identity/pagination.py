"""Pages of lists, addressed by the id of the last item of the previous page."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from unificx.core.errors import Invalid
from unificx.identity.schemas import Page

T = TypeVar("T")

MAX_PAGE_SIZE = 500

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def parse_cursor(cursor: str | None) -> str | None:
    """Return the id after which the page starts, None for the first page. Raise Invalid for a malformed cursor."""
    if cursor is not None and _ID.fullmatch(cursor) is None:
        raise Invalid("Invalid cursor.", hint="Pass `next` from the previous page.", field="cursor")
    return cursor


def page_size(limit: int) -> int:
    """Return the limit clamped to the allowed page size."""
    return max(1, min(limit, MAX_PAGE_SIZE))


def make_page(found: Sequence[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """Return a page of `found`, which holds one item more than the page if there is a next one."""
    size = page_size(limit)
    items = tuple(found[:size])
    return Page(items, key(items[-1]) if len(found) > size else None)
