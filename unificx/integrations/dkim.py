"""Signatures of e-mails (DKIM, RFC 6376): rsa-sha256, relaxed header and relaxed body (docs/decisions/0034)."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from unificx.core.errors import Invalid, StartupError

BITS = 2048
"""RFC 8301 section 3.2: signers use at least 1024 bits and should use at least 2048."""
SIGNED = (
    *("from", "reply-to", "subject", "date", "to", "message-id", "in-reply-to", "references"),
    *("mime-version", "content-type", "content-transfer-encoding", "auto-submitted"),
    *("list-unsubscribe", "list-unsubscribe-post", "x-consent-id"),
)
"""Header fields that are signed if they are present (RFC 6376 section 5.4.1; RFC 8058 section 4 for the last ones)."""
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LINE = 72
_TEXT = 255
"""Characters of one string of a TXT record (RFC 1035 section 3.3)."""


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A signing key. `selector`: the name under which its public key is in the DNS of a domain."""

    selector: str
    private: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def create(cls, selector: str) -> "DkimKey":
        """Make a key. Raise Invalid unless the selector is a DNS label."""
        if not _SELECTOR.fullmatch(selector):
            raise Invalid("The selector must be a DNS label, such as pbx2026.", field="selector")
        return cls(selector, rsa.generate_private_key(65537, BITS))

    @classmethod
    def parse(cls, stored: bytes) -> "DkimKey":
        """Read a key as `stored` returns it. Raise StartupError."""
        selector, _, der = stored.partition(b"\n")
        try:
            private = serialization.load_der_private_key(der, None)
        except ValueError:
            private = None
        if not isinstance(private, rsa.RSAPrivateKey):
            raise StartupError("The DKIM key is damaged.", hint="Restore the file, or make a new key.")
        return cls(selector.decode("ascii"), private)

    def stored(self) -> bytes:
        """Return selector and key as they are sealed."""
        der = self.private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return self.selector.encode() + b"\n" + der

    def name(self, domain: str) -> str:
        """Return the name of the TXT record with the public key."""
        return f"{self.selector}._domainkey.{domain}"

    def record(self) -> str:
        """Return the text of this record (RFC 6376 section 3.6.1)."""
        public = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"

    def zone_line(self, domain: str) -> str:
        """Return the record as a line of a zone file, in strings of at most 255 characters."""
        record = self.record()
        parts = [record[start : start + _TEXT] for start in range(0, len(record), _TEXT)]
        return f"{self.name(domain)}. IN TXT " + " ".join(f'"{each}"' for each in parts)

    def sign(self, email: bytes, domain: str, now: datetime) -> bytes:
        """Return an e-mail with a signature of `domain` in front."""
        head, gap, body = re.sub(rb"\r?\n", b"\r\n", email).partition(b"\r\n\r\n")
        fields = _fields(head)
        names = [name for name in SIGNED if name in fields]
        # The second `from` signs that there is no other one, which a program could show instead (section 8.15).
        tags = (
            f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={self.selector};\r\n t={int(now.timestamp())};"
            f" h={':'.join(names)}:from;\r\n bh={base64.b64encode(_body_hash(body)).decode()};\r\n b="
        )
        lines = [_relaxed(name, fields[name][-1]) for name in names]
        signed = b"".join((*lines, _relaxed("dkim-signature", tags.encode())[:-2]))
        signature = base64.b64encode(self.private.sign(signed, padding.PKCS1v15(), hashes.SHA256())).decode()
        folded = "\r\n ".join(signature[start : start + _LINE] for start in range(0, len(signature), _LINE))
        return f"DKIM-Signature: {tags}{folded}\r\n".encode() + head + gap + body


def published(texts: list[str], key: DkimKey) -> bool:
    """Return whether one of the TXT records of a name has the public key, whatever else they say."""
    wanted = key.record().rpartition("p=")[2]
    return any(re.search(r"(?:^|;)\s*p=" + re.escape(wanted) + r"\s*(?:;|$)", text) for text in texts)


def _fields(head: bytes) -> dict[str, list[bytes]]:
    """Return the values of a header by name in lower case, as they are folded."""
    found: dict[str, list[bytes]] = {}
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = line.partition(b":")
        found.setdefault(name.strip().lower().decode("ascii", "replace"), []).append(value)
    return found


def _relaxed(name: str, value: bytes) -> bytes:
    """Return a header field in the relaxed form (section 3.4.2)."""
    unfolded = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip()
    return name.encode() + b":" + unfolded + b"\r\n"


def _body_hash(body: bytes) -> bytes:
    """Return the hash of a body in the relaxed form (section 3.4.4)."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return hashlib.sha256(b"".join(line + b"\r\n" for line in lines)).digest()
