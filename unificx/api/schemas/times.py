"""Times in requests."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from unificx.core.phrases import Phrase

_YEARS = range(2000, 2200)


def _with_zone(value: datetime) -> datetime:
    """Raise ValueError for a time without a zone, or too far away to be converted to another one."""
    if value.tzinfo is None or value.year not in _YEARS:
        raise ValueError(Phrase("a time with its zone, from 2000 to 2199"))
    return value


Time = Annotated[datetime, AfterValidator(_with_zone)]
