"""Client of the ACME process."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

TIMEOUT = 240.0
_PASSED_VARIABLES = ("PATH", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "LANG")
_MAX_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class CertificateOrder:
    """An order of a certificate. Keys are PEM; `trust` is a file with the CA of the authority's own TLS, or ""."""

    directory: str
    domain: str
    trust: str = ""
    account_key: str = field(default="", repr=False)
    key: str = field(default="", repr=False)


class IssueRefused(Exception):
    """No certificate was issued: what went wrong, what to do, and the ACME error type or another short `kind`."""

    def __init__(self, message: str, hint: str, kind: str) -> None:
        super().__init__(message)
        self.message, self.hint, self.kind = message, hint, kind


def new_key() -> str:
    """Return a new P-256 key in PEM, unencrypted."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


async def request_certificate(order: CertificateOrder, answer: Callable[[str, str], None]) -> str:
    """Return a certificate chain in PEM. Raise IssueRefused.

    `answer(token, text)`: answer the challenge from now on, over HTTP on port 80 of the domain.
    """
    environment = {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "unificx.integrations.acme",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_MAX_LINE,
        env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    try:
        async with asyncio.timeout(TIMEOUT):
            return await _converse(process, order, answer)
    except (TimeoutError, OSError, ValueError):
        raise IssueRefused(
            "The certificate could not be requested.", "It is tried again by itself.", "internal"
        ) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _converse(
    process: asyncio.subprocess.Process, order: CertificateOrder, answer: Callable[[str, str], None]
) -> str:
    if process.stdin is None or process.stdout is None:
        raise OSError("no pipes")
    words = {
        "directory": order.directory,
        "domain": order.domain,
        "trust": order.trust,
        "account_key": order.account_key,
        "key": order.key,
    }
    process.stdin.write(json.dumps(words).encode() + b"\n")
    async for line in process.stdout:
        message = json.loads(line)
        if "challenge" in message:
            answer(message["challenge"]["token"], message["challenge"]["answer"])
            process.stdin.write(b"\n")
        elif "problem" in message:
            problem = message["problem"]
            raise IssueRefused(problem["message"], problem["hint"], problem["kind"])
        else:
            return message["chain"]
    raise OSError("the process ended")
