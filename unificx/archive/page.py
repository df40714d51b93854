"""`index.html`: the access copy for reading, in English and German."""

from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from unificx.archive.inventory import Contents, KindSummary
from unificx.core.lazy import lazy_import
from unificx.core.personal import VOCABULARY

if TYPE_CHECKING:
    import jinja2
else:
    jinja2 = lazy_import("jinja2")


def overview(contents: Contents, now: datetime, *, is_disclosure: bool) -> bytes:
    """Return the page: every kind with purposes, retention and the records of kinds that have few."""
    kinds = [_kind(each) for each in contents.kinds]
    paths = [each.path for each in contents.files]
    text = _template().render(kinds=kinds, files=paths, generated=now.isoformat(), is_disclosure=is_disclosure)
    return text.encode()


def _kind(summary: KindSummary) -> dict[str, Any]:
    kind = summary.records.kind
    return {
        "name": kind.name,
        "title": kind.title,
        "count": summary.count,
        "records": summary.shown,
        "purposes": [VOCABULARY.purposes[each] for each in kind.uses],
        "retention": [VOCABULARY.retention[each] for each in kind.retention],
    }


@cache
def _template() -> "jinja2.Template":
    text = files("unificx.archive").joinpath("page.html").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(text)
