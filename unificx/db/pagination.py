"""Pages of lists by keyset: a cursor names the sort key of the last item of a page.

Items that are inserted or deleted between two requests therefore neither repeat nor hide other items. A cursor is valid
without state on the server, also after its item has been deleted.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import Integer, Select, and_, bindparam, or_
from sqlalchemy.orm import InstrumentedAttribute

from unificx.core.errors import Invalid

T = TypeVar("T")
S = TypeVar("S", bound=Select[Any])

MAX_PAGE_SIZE = 200

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID = re.compile(r"[!-~]{1,64}")
_BEFORE = ("before_time", "before_id")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next` is the cursor of the next page, None at the end."""

    items: tuple[T, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class PageById:
    """Request for a page of a list in the order of its ids: with UUIDv7, oldest first. A cursor is an id."""

    after: str | None
    """The last id of the previous page; None for the first page."""
    size: int

    @classmethod
    def parse(cls, cursor: str | None, limit: int) -> Self:
        """Return the request. Raise Invalid for a malformed cursor; `limit` is clamped to 1 to `MAX_PAGE_SIZE`."""
        if cursor is not None and _UUID.fullmatch(cursor) is None:
            raise invalid_cursor()
        return cls(cursor, _page_size(limit))

    def apply(self, query: S, id_column: InstrumentedAttribute[str]) -> S:
        """Return the query with order and limit, limited to the rows behind the cursor."""
        if self.after is not None:
            query = query.where(id_column > self.after)
        return query.order_by(id_column).limit(self.size + 1)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of a statement that `oldest_first` has completed."""
        return {"after": self.after or "", "rows": self.size + 1}

    def of_rows(self, found: Sequence[T], id_of: Callable[[T], str]) -> Page[T]:
        """Return the page of what a query of `apply` has found."""
        items = tuple(found[: self.size])
        return Page(items, id_of(items[-1]) if len(found) > self.size else None)

    def of_list(self, items: Iterable[T], id_of: Callable[[T], str]) -> Page[T]:
        """Return the page of a list in memory, in any order."""
        behind = [item for item in items if self.after is None or id_of(item) > self.after]
        return self.of_rows(sorted(behind, key=id_of), id_of)


@dataclass(frozen=True, slots=True)
class PageByTime:
    """Request for a page of a list in the order of time and, at the same time, of ids: newest first.

    A cursor is time and id of an item, in base64url without padding.
    """

    before: tuple[datetime, str] | None
    """Time and id of the last item of the previous page; None for the first page."""
    size: int

    @classmethod
    def parse(cls, cursor: str | None, limit: int) -> Self:
        """Return the request. Raise Invalid for a malformed cursor; `limit` is clamped to 1 to `MAX_PAGE_SIZE`."""
        return cls(None if cursor is None else _decode(cursor), _page_size(limit))

    def apply(self, query: S, time_column: InstrumentedAttribute[datetime], id_column: InstrumentedAttribute[str]) -> S:
        """Return the query with order and limit, limited to the rows behind the cursor."""
        return _newest(query, time_column, id_column, self.before, self.size + 1)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of a statement that `newest_first` has completed."""
        return {"rows": self.size + 1} | dict(zip(_BEFORE, self.before or (), strict=False))

    def of_rows(self, found: Sequence[T], key: Callable[[T], tuple[datetime, str]]) -> Page[T]:
        """Return the page of what a query of `apply` has found."""
        items = tuple(found[: self.size])
        return Page(items, time_cursor(*key(items[-1])) if len(found) > self.size else None)


def oldest_first(query: S, id_column: InstrumentedAttribute[str]) -> S:
    """Do the same as `PageById.apply` with parameters in the place of values, for a statement that is built only once
    for all pages."""
    return query.where(id_column > bindparam("after")).order_by(id_column).limit(bindparam("rows", type_=Integer()))


def newest_first(
    query: S, time_column: InstrumentedAttribute[datetime], id_column: InstrumentedAttribute[str], given: Set[str]
) -> S:
    """Do the same as `PageByTime.apply` with parameters in the place of values, for a statement that is built only once
    for all pages: `given` are the names of its parameters, with those of `PageByTime.parameters`."""
    before = tuple(map(bindparam, _BEFORE)) if given >= {*_BEFORE} else None
    return _newest(query, time_column, id_column, before, bindparam("rows", type_=Integer()))


def _newest(query: S, time_column: Any, id_column: Any, before: tuple[Any, ...] | None, rows: Any) -> S:
    if before is not None:
        time, id_ = before
        query = query.where(or_(time_column < time, and_(time_column == time, id_column < id_)))
    return query.order_by(time_column.desc(), id_column.desc()).limit(rows)


def is_id_cursor(cursor: str) -> bool:
    """Return whether a cursor is an id, as `PageById` has it."""
    return _UUID.fullmatch(cursor) is not None


def _page_size(limit: int) -> int:
    return max(1, min(limit, MAX_PAGE_SIZE))


def time_cursor(time: datetime, id_: str) -> str:
    """Return the cursor of `PageByTime` that points behind this item."""
    return base64.urlsafe_b64encode(f"{time.isoformat()} {id_}".encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        written, id_ = text.split(" ")
        time = datetime.fromisoformat(written)
        if time.tzinfo is None or _ID.fullmatch(id_) is None:
            raise invalid_cursor()
        return time.astimezone(UTC), id_
    except (ValueError, OverflowError, binascii.Error):
        raise invalid_cursor() from None


def invalid_cursor() -> Invalid:
    """Return the error of a malformed or unknown cursor."""
    return Invalid("Invalid cursor. Pass `next` from the previous page.", field="cursor")
