"""The report of `unificx doctor` for people: names they know, at most 100 columns, one action for each finding."""

import textwrap
from collections.abc import Iterator, Sequence

from unificx.cli.doctor.check import Check

MAX_WIDTH = 100
_STATES = {"ok": "ok", "warn": "warning", "fail": "failure"}
_NAMES = {
    "server": "Server",
    "addresses": "Addresses",
    "database": "Database",
    "rtpengine": "Sound and video",
    "spool": "Records to be stored",
    "outbox": "Events to be processed",
    "disk": "Disk space",
    "clock": "Clock",
    "limits": "Number of connections",
    "mail": "E-mail",
    "dkim": "Signed e-mail",
    "emails": "E-mails to be sent",
    "erasures": "Erasures of people",
    "push": "Ringing when closed",
    "turn": "Networks without UDP",
    "recordings": "Place of recordings",
}
_PORTS = {"http": "Pages", "https": "Pages over TLS", "ws": "SIP in browsers", "tls": "SIP over TLS"}
_STATE_WIDTH, _NAME_WIDTH = 9, 26


def report_lines(checks: Sequence[Check], width: int = MAX_WIDTH) -> Iterator[str]:
    """Return the lines of the report, with a summary at the end."""
    width = min(width, MAX_WIDTH)
    margin = " " * (_STATE_WIDTH + _NAME_WIDTH)
    for check in checks:
        head = f"{_STATES[check.state]:<{_STATE_WIDTH}}{name_of(check.name):<{_NAME_WIDTH - 1}} "
        yield from _wrap(check.detail, width, head, margin)
        if check.do and check.state != "ok":
            yield from _wrap(check.do, width, " " * (_STATE_WIDTH - 2) + "> ", " " * _STATE_WIDTH)
    counts = {state: sum(check.state == state for check in checks) for state in _STATES}
    yield ""
    yield f"{counts['ok']} ok, {_count(counts['warn'], 'warning')}, {_count(counts['fail'], 'failure')}."


def name_of(name: str) -> str:
    """Return the name of a check for people: `port 8443/https` becomes `Pages over TLS 8443`."""
    if name.startswith("port "):
        port, _, kind = name.removeprefix("port ").partition("/")
        return f"{_PORTS.get(kind, f'{kind.upper()} port')} {port}"
    if name.startswith("certificate "):
        domain = name.removeprefix("certificate ")
        return "Certificate" if domain == "server.pem" else f"Certificate {domain}"
    return _NAMES.get(name, name.capitalize())


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'s' if number != 1 else ''}"


def _wrap(text: str, width: int, first: str, rest: str) -> list[str]:
    """Wrap without breaking settings and addresses."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return textwrap.wrap(
        printable,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
