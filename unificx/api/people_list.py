"""The list of people and phones as CSV. Pure."""

import csv
import io
from collections.abc import Iterable

from unificx.api.schemas.people import PeopleEntry
from unificx.core.csv_files import neutralize


def as_csv(entries: Iterable[PeopleEntry]) -> bytes:
    """Return the entries as CSV in UTF-8 with a byte order mark, which spreadsheets need. An import reads it."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(
        ["name", "email", "number", "role", "language", "department", "state", "devices", "online", "last_seen"]
    )
    for entry in entries:
        cells = [
            entry.name,
            entry.email,
            entry.extensions[0].number if entry.extensions else "",
            entry.role.value if entry.role is not None else "",
            entry.language or "",
            entry.department,
            entry.state,
            str(sum(one.devices for one in entry.extensions)),
            str(sum(one.online for one in entry.extensions)),
            entry.last_seen.isoformat() if entry.last_seen is not None else "",
        ]
        rows.writerow([neutralize(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
