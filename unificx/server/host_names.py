"""Host names of this server, besides the tenants' SIP domains."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

from cryptography import x509

from unificx.server.settings import Settings


def own_host_names(settings: Settings) -> frozenset[str]:
    """Return the names that phones may have been configured with as their server: listening addresses, host name, names
    in a configured certificate and the public URL. Lower case."""
    binds = (*settings.sip, settings.http, *settings.https)
    names = {"localhost", socket.gethostname(), urlsplit(settings.public_url).hostname or ""}
    names |= {name for bind in binds for name in (bind.host, bind.advertised)}
    if settings.certificates is not None:
        certificate = x509.load_pem_x509_certificate(settings.certificates.certificate.read_bytes())
        with suppress(x509.ExtensionNotFound):
            held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names |= set(held.get_values_for_type(x509.DNSName))
    return frozenset(name.lower() for name in names if name)
