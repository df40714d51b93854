"""The telephone numbers that a certificate is for: TNAuthList (RFC 8226 section 9). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from cryptography import x509
from cryptography.hazmat import asn1

TN_AUTHORIZATION_LIST = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")
MAX_LIST_BYTES = 16_384
"""Largest list that is read: a certificate chain is at most twice as long."""


@asn1.sequence
class _Range:
    start: Annotated[asn1.IA5String, asn1.Size(min=1, max=15)]
    count: int


_Entry = (
    Annotated[asn1.Variant[asn1.IA5String, Literal["provider"]], asn1.Explicit(0)]
    | Annotated[asn1.Variant[_Range, Literal["range"]], asn1.Explicit(1)]
    | Annotated[asn1.Variant[asn1.IA5String, Literal["one"]], asn1.Explicit(2)]
)


@asn1.sequence
class _Wrapped:
    entries: list[_Entry]


@dataclass(frozen=True, slots=True)
class CertifiedNumbers:
    """The list of a certificate. `has_provider`: it names a service provider, which may sign any number, as its numbers
    are in no certificate. `ranges`: first number, without "+", and how many follow, itself included."""

    has_provider: bool
    ranges: tuple[tuple[str, int], ...]

    def covers(self, number: str) -> bool:
        """Whether the owner of the certificate may sign a number in E.164 without "+"."""
        return self.has_provider or any(
            len(first) == len(number) and 0 <= int(number) - int(first) < count for first, count in self.ranges
        )


def certified_numbers(certificate: x509.Certificate) -> CertifiedNumbers | None:
    """Return the list of a certificate, None if it has none. Raises ValueError if it cannot be read."""
    try:
        found = certificate.extensions.get_extension_for_oid(TN_AUTHORIZATION_LIST).value
    except x509.ExtensionNotFound:
        return None
    der = found.value if isinstance(found, x509.UnrecognizedExtension) else b""
    return _numbers(asn1.decode_der(_Wrapped, _as_sequence(der)).entries)


def _numbers(entries: Sequence[_Entry]) -> CertifiedNumbers:
    ranges: list[tuple[str, int]] = []
    has_provider = False
    for entry in entries:
        if isinstance(entry.value, _Range):
            ranges.append((entry.value.start.as_str(), entry.value.count))
        elif entry.tag == "provider":
            has_provider = True
        else:
            ranges.append((entry.value.as_str(), 1))
    return CertifiedNumbers(has_provider, tuple([one for one in ranges if one[0].isdecimal()]))


def _as_sequence(der: bytes) -> bytes:
    """Put a value into a SEQUENCE, as the decoder reads only classes, not a list at the top. Raises ValueError."""
    if len(der) > MAX_LIST_BYTES:
        raise ValueError("the list of numbers is too long")
    size = len(der).to_bytes(1 if len(der) < 0x100 else 2, "big")
    return b"\x30" + (size if len(der) < 0x80 else bytes([0x80 | len(size)]) + size) + der
