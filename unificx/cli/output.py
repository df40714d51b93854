"""Command output: JSON on one line, or tables."""

import itertools
import json
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from io import StringIO
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from unificx.cli.errors import CliError

Columns = Mapping[str, str]
"""Field of an item -> heading of its column."""

_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)")


def print_json(value: Any) -> None:
    """Print one line of JSON."""
    print(json.dumps(value))


def print_items(items: Sequence[Mapping[str, Any]], columns: Columns, *, as_json: bool, empty_text: str) -> None:
    """Print a list as an array or a table; `nothing` is printed for an empty list."""
    if as_json:
        print_json(list(items))
        return
    if not items:
        print(empty_text)
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for item in items:
        table.add_row(*(Text(format_value(item.get(field))) for field in columns))
    _print(table)


def print_item(item: Mapping[str, Any], columns: Columns, *, as_json: bool, note: str = "") -> None:
    """Print an item as an object, or as one field per line with a note."""
    if as_json:
        print_json(item)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 3, 0, 0))
    for field, heading in columns.items():
        table.add_row(Text(heading, style="bold"), Text(format_value(item.get(field))))
    _print(table)
    if note:
        print(note)


_LOGIN = {
    "number": "number",
    "name": "name",
    "username": "SIP user",
    "password": "SIP password",
    "domain": "SIP domain",
    "uri": "SIP address",
    "id": "id",
}


def print_login(device: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a created device and its SIP login (in `sip`)."""
    columns = {field: heading for field, heading in _LOGIN.items() if field in device or field in device["sip"]}
    note = "Enter this in the phone now: the password is not stored and cannot be shown again."
    print_item(device if as_json else {**device, **device["sip"]}, columns, as_json=as_json, note=note)


def is_local(url: str) -> bool:
    """Whether a URL leads to this machine only."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def qr_code(text: str) -> list[str]:
    """Return a QR code as text, two rows per line; empty if the terminal's encoding lacks the characters."""
    import segno

    out = StringIO()
    segno.make(text, error="l", micro=False).terminal(out, border=2, compact=True)
    try:
        out.getvalue().encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return []
    return out.getvalue().splitlines()


def print_done(message: str, data: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a confirmation, or its data as JSON."""
    if as_json:
        print_json(data)
    else:
        print(message)


@asynccontextmanager
async def show_waiting(text: str) -> AsyncIterator[None]:
    """Show on a terminal what is waited for, and the seconds so far: a request does not report how far it is."""
    import asyncio

    async def count() -> None:
        for seconds in itertools.count(1):
            await asyncio.sleep(1)
            print(f"\r{text}: {seconds} s ", end="", file=sys.stderr, flush=True)

    if not sys.stderr.isatty():
        yield
        return
    print(text, end=" ", file=sys.stderr, flush=True)
    counting = asyncio.create_task(count())
    try:
        yield
    finally:
        counting.cancel()
        print(file=sys.stderr)


def confirm(name: str, consequence: str, *, as_json: bool) -> None:
    """Let the operator type a name again before something that cannot be undone. Programs, which read JSON or have no
    terminal, have decided already. Raise CliError for another text."""
    if as_json or not is_terminal():
        return
    print(f"{consequence} This cannot be undone. Type {name} to confirm: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != name:
        raise CliError("Nothing was changed.", "The text was different.")


def is_terminal() -> bool:
    """Whether a person reads the output and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def format_value(value: Any) -> str:
    """Format a value for display, without terminal control characters."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if moment := _TIMESTAMP.fullmatch(str(value)):
        return f"{moment[1]} {moment[2]} UTC"
    return "".join(c if c.isprintable() else "?" for c in str(value))


def _print(table: Any) -> None:
    from rich.console import Console

    # Output to a file or pipe must not be cut to a terminal width.
    width = None if sys.stdout.isatty() else 240
    Console(file=sys.stdout, width=width, highlight=False, markup=False).print(table)
