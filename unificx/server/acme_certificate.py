"""The certificate of a public domain: obtained, renewed and used without a restart."""

import asyncio
import contextlib
import json
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from unificx.core.clock import Clock
from unificx.core.errors import StartupError
from unificx.core.files import write_durably
from unificx.integrations.acme import CertificateOrder, IssueRefused, new_key, request_certificate
from unificx.server.settings import AcmeSettings

log = structlog.get_logger()

RENEW_AT = 2 / 3
"""Part of its validity after which a certificate is renewed: at 60 of 90 days."""
RETRY_SECONDS = (300.0, 900.0, 3600.0, 4 * 3600.0, 12 * 3600.0)
"""Delays after failures in succession: fewer than five an hour, which is a limit of Let's Encrypt."""
MAX_SLEEP = 3600.0
"""The clock of a machine may be set: the time of renewal is looked at again after this long."""
FIRST_TRY_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Failure:
    """The last failure to obtain a certificate: what went wrong, and what to do."""

    message: str
    hint: str


class AcmeCertificate:
    """Keeps the certificate of a domain in `directory`, and loads it into `tls`, the context of all listeners.

    Private keys are encrypted with `password`. `answers` are the current challenges by token.
    """

    def __init__(
        self, settings: AcmeSettings, directory: Path, password: str, clock: Clock, tls: ssl.SSLContext
    ) -> None:
        self._settings, self._directory, self._password = settings, directory, password
        self._clock, self._tls = clock, tls
        self._file = _certificate_file(directory, settings.domain)
        # Owner: this node: it answers the challenges that it was given.
        self._wake = asyncio.Event()
        self.answers: dict[str, str] = {}
        self.failure: Failure | None = None
        self.valid_until: datetime | None = None
        self._renew_at: datetime | None = None
        self._failures = 0
        self.tried = asyncio.Event()
        """Set once the certificate on disk is in use, or the first attempt to obtain one has ended."""

    def load(self) -> None:
        """Use the certificate on disk, if there is one. Raise StartupError if it cannot be read."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._file.exists():
                self._use(self._file)
        except (OSError, ValueError) as fault:  # ssl.SSLError is an OSError
            raise StartupError(
                f"The certificate {self._file} cannot be used.",
                hint="Restore it, or delete it to have a new one issued.",
            ) from fault

    def retry(self) -> None:
        """Try at once, if the certificate is to be renewed or the last attempt failed."""
        self._failures = 0
        self._wake.set()

    async def run(self) -> None:
        """Obtain and renew the certificate until cancelled."""
        while True:
            self._wake.clear()
            delay = await self._renew() if self._seconds_left() <= 0 else None
            self.tried.set()
            if delay is None:
                delay = min(MAX_SLEEP, max(0.0, self._seconds_left()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._wake.wait()

    def _seconds_left(self) -> float:
        """Return the time until a certificate is due; 0 without one."""
        return 0.0 if self._renew_at is None else (self._renew_at - self._clock.now()).total_seconds()

    async def _renew(self) -> float | None:
        """Obtain a certificate. Return the delay before the next attempt after a failure."""
        key = new_key()
        try:
            chain = await request_certificate(self._order(key), self.answers.__setitem__)
            self._store(chain, key)
        except IssueRefused as refusal:
            self.failure = Failure(refusal.message, refusal.hint)
            kind = refusal.kind
        except (OSError, ValueError) as fault:
            self.failure = Failure("The new certificate could not be stored.", f"Check {self._directory}.")
            kind = type(fault).__name__
        else:
            self.failure, self._failures = None, 0
            log.info("certificate_issued", valid_until=str(self.valid_until))
            self._write_state()
            return None
        finally:
            self.answers.clear()
        delay = RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS) - 1)]
        self._failures += 1
        log.warning("certificate_not_issued", kind=kind, retry_seconds=delay)
        self._write_state()
        return delay

    def _order(self, key: str) -> CertificateOrder:
        account = self._directory / "account.key"
        if not account.exists():
            write_durably(account, self._sealed(new_key()))
        opened = load_pem_private_key(account.read_bytes(), self._password.encode())
        pem = opened.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        settings = self._settings
        return CertificateOrder(settings.directory, settings.domain, settings.trust, pem, key)

    def _store(self, chain: str, key: str) -> None:
        """Check a new certificate, then replace the old one, which stays in use if anything fails."""
        new = self._file.with_suffix(".new")
        write_durably(new, chain.encode() + self._sealed(key))
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(new, password=self._password)
        new.replace(self._file)
        self._use(self._file)

    def _use(self, file: Path) -> None:
        self._tls.load_cert_chain(file, password=self._password)
        found = x509.load_pem_x509_certificate(file.read_bytes())
        life = found.not_valid_after_utc - found.not_valid_before_utc
        self.valid_until = found.not_valid_after_utc
        self._renew_at = found.not_valid_before_utc + timedelta(seconds=life.total_seconds() * RENEW_AT)

    def _sealed(self, key: str) -> bytes:
        opened = load_pem_private_key(key.encode(), None)
        return opened.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(self._password.encode()))

    def _write_state(self) -> None:
        """Write the last failure for `unificx doctor`."""
        failure = self.failure
        state = {} if failure is None else {"message": failure.message, "hint": failure.hint}
        with contextlib.suppress(OSError):
            write_durably(self._file.with_suffix(".json"), json.dumps(state).encode())


def _certificate_file(directory: Path, domain: str) -> Path:
    """Return the file of a domain's certificate chain and key; its state is beside it with the suffix `.json`."""
    return directory / f"{domain}.pem"


async def first_attempt(certificate: AcmeCertificate, stop: asyncio.Event) -> None:
    """Wait until there is a certificate or the first attempt has failed, at most FIRST_TRY_SECONDS."""
    waits = [asyncio.ensure_future(event.wait()) for event in (certificate.tried, stop)]
    try:
        await asyncio.wait(waits, timeout=FIRST_TRY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
