"""Certificates from an authority that speaks ACME (RFC 8555), such as Let's Encrypt, by the challenge http-01."""

from unificx.integrations.acme.client import CertificateOrder, IssueRefused, new_key, request_certificate

__all__ = ["CertificateOrder", "IssueRefused", "new_key", "request_certificate"]
