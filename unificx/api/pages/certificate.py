"""The certificate of the installation's own authority, to be trusted by devices in a closed network."""

import textwrap

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter, Request
from fastapi.responses import Response

from unificx.api.pages.layout import page
from unificx.api.services import services_of
from unificx.core.errors import NotFound

_TITLE = {"en": "Trust this server – UnifiCX", "de": "Diesem Server vertrauen – UnifiCX"}

router = APIRouter()


@router.get("/certificate")
async def certificate_page(request: Request) -> Response:
    """Return instructions for installing the certificate on a device."""
    return page(request, "certificate", _TITLE, {"fingerprint": fingerprint(_certificate(request))})


@router.get("/certificate/unificx.crt")
async def certificate_file(request: Request) -> Response:
    """Return the certificate in DER, which phones and operating systems open by themselves."""
    der = x509.load_pem_x509_certificate(_certificate(request)).public_bytes(Encoding.DER)
    return Response(der, media_type="application/x-x509-ca-cert")


def fingerprint(pem: bytes) -> str:
    """Return the SHA-256 fingerprint of a certificate, as operating systems show it."""
    digest = x509.load_pem_x509_certificate(pem).fingerprint(SHA256()).hex().upper()
    return ":".join(textwrap.wrap(digest, 2))


def _certificate(request: Request) -> bytes:
    pem = services_of(request).public_address.authority
    if not pem:
        raise NotFound(
            "This server has no authority of its own.", hint="Its certificate is issued by one that browsers trust."
        )
    return pem
