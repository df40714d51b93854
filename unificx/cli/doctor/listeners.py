"""Checks of the addresses at which a running server listens."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from unificx.cli.doctor.check import Check

TIMEOUT_SECONDS = 1.0
MAX_ATTEMPTS = 3
"""Attempts, because datagrams may be lost."""

_HINT = "Check the server's log and the machine's firewall."


def addresses(ready: Path, call_id: str) -> Iterator[Check]:
    """Check each address in the server's ready file. `call_id`: a unique Call-ID."""
    try:
        ready_info = json.loads(ready.read_text("utf-8"))
        places = [("http", ready_info["http"]), ("https", ready_info["https"]), *ready_info["sip"].items()]
        found = [_check(transport, _authority(place), call_id) for transport, place in places]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        yield Check("addresses", "warn", f"{ready} has no listening addresses", "Restart the server.")
        return
    yield from found


def _authority(place: str) -> tuple[str, int]:
    """Return the host and port of `http://host:port/path` or `host:port`."""
    parts = urlsplit(place if "://" in place else f"//{place}")
    if parts.hostname is None or parts.port is None:
        raise ValueError("no address")
    return parts.hostname, parts.port


def _check(transport: str, address: tuple[str, int], call_id: str) -> Check:
    name = f"port {address[1]}/{transport}"
    try:
        if transport == "udp":
            _send_options(address, call_id)
        else:
            socket.create_connection(address, TIMEOUT_SECONDS).close()
    except OSError as fault:
        why = "no response" if isinstance(fault, TimeoutError) else fault.strerror or type(fault).__name__
        return Check(name, "fail", f"does not answer on {address[0]}: {why}", _HINT)
    return Check(name, "ok", f"answers on {address[0]}")


def _send_options(address: tuple[str, int], call_id: str) -> None:
    """Send OPTIONS (RFC 3261 section 11) and wait for any response. Raises OSError if there is none."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as phone:
        phone.connect(address)
        phone.settimeout(TIMEOUT_SECONDS)
        request = _options(_format_address(address), _format_address(phone.getsockname()), call_id)
        for left in reversed(range(MAX_ATTEMPTS)):
            phone.send(request)
            try:
                phone.recv(4096)
            except TimeoutError:
                if not left:
                    raise
            else:
                return


def _format_address(address: tuple[str, int]) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _options(there: str, here: str, call_id: str) -> bytes:
    lines = (
        f"OPTIONS sip:{there} SIP/2.0",
        f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{call_id};rport",
        "Max-Forwards: 70",
        f"From: <sip:{here}>;tag={call_id[:8]}",
        f"To: <sip:{there}>",
        f"Call-ID: {call_id}",
        "CSeq: 1 OPTIONS",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
