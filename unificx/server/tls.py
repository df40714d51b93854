"""The certificate of all TLS listeners, exchanged while they run."""

import structlog
from cryptography import x509

from unificx.core.faults import describe_fault
from unificx.integrations.local_ca import Certificates, encrypt_keys, ensure_certificates, server_context
from unificx.server.acme_certificate import AcmeCertificate
from unificx.server.address import WILDCARD_ADDRESSES, own_addresses
from unificx.server.container import Container
from unificx.server.settings import CERTIFICATE_HINT, Settings

log = structlog.get_logger()


class ServerTls:
    """The context of the listeners. `acme` keeps its certificate if it is issued by a public authority.

    Raise StartupError if a certificate cannot be used.
    """

    def __init__(self, settings: Settings, container: Container) -> None:
        self._settings, self._clock = settings, container.clock
        self.authority = b""
        """PEM certificate of the installation's own authority if it has issued the certificate."""
        self.acme: AcmeCertificate | None = None
        password = container.derive_secret("TLS keys").hex()
        if settings.certificates is not None:
            encrypt_keys(settings.paths.tls, password)
            self.context = server_context(settings.certificates)
            self._report_expiry(settings.certificates)
            return
        made = ensure_certificates(settings.paths.tls, _names(settings, container), container.clock, password)
        self.context = server_context(made)
        if settings.acme is None:
            self.authority = made.authority.read_bytes()
            return
        self.acme = AcmeCertificate(settings.acme, settings.paths.tls / "acme", password, container.clock, self.context)
        self.acme.load()

    @property
    def is_trusted(self) -> bool:
        """Whether browsers trust the certificate without further steps."""
        if self._settings.certificates is not None:
            return True
        until = self.acme.valid_until if self.acme is not None else None
        return until is not None and until > self._clock.now()

    def reload(self) -> None:
        """Read the configured certificate again, or try at once to obtain one. The old one stays if that fails."""
        if self.acme is not None:
            self.acme.retry()
        files = self._settings.certificates
        if files is None:
            return
        try:
            server_context(files)
            self.context.load_cert_chain(files.certificate, files.key)
            log.info("certificate_reloaded")
        except OSError as fault:  # ssl.SSLError is one
            log.warning("certificate_not_reloaded", **describe_fault(fault), hint=CERTIFICATE_HINT)
            return
        self._report_expiry(files)

    def _report_expiry(self, files: Certificates) -> None:
        """Report a certificate that browsers and phones reject. It is used nevertheless, so that calls go on."""
        try:
            until = x509.load_pem_x509_certificate(files.certificate.read_bytes()).not_valid_after_utc
        except ValueError:  # OpenSSL, which serves it, accepts more forms
            return
        if until <= self._clock.now():
            log.warning("certificate_expired", valid_until=str(until), hint="Replace the file, then send SIGHUP.")


def _names(settings: Settings, container: Container) -> list[str]:
    """Return the names and addresses in a certificate of the own authority."""
    binds = (*settings.sip, *settings.https)
    names = [tenant.domain for tenant in container.identity.directory.tenants()]
    names += [bind.host for bind in binds if bind.host not in WILDCARD_ADDRESSES]
    if any(bind.host in WILDCARD_ADDRESSES for bind in binds):
        names += own_addresses()
    return [*names, settings.acme.domain] if settings.acme is not None else names
