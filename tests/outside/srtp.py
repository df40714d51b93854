"""SRTP for test endpoints: AES_CM_128_HMAC_SHA1_80 (RFC 3711, keyed as in RFC 4568), for fewer than 65536 packets."""

import base64
import hashlib
import hmac
import re

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def _stream(key: bytes, iv: int, size: int) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CTR(iv.to_bytes(16, "big"))).encryptor()
    return encryptor.update(bytes(size))


class Srtp:
    """One direction of one stream."""

    def __init__(self, master: bytes) -> None:
        self.master = master
        key, salt = master[:16], int.from_bytes(master[16:30], "big")
        self._key, self._authentication, salt_bytes = (
            _stream(key, (salt ^ label << 48) << 16, size) for label, size in ((0, 16), (1, 20), (2, 14))
        )
        self._salt = int.from_bytes(salt_bytes, "big")

    @classmethod
    def from_crypto(cls, line: str) -> "Srtp":
        """Parse the value of an a=crypto attribute."""
        match = re.search(r"inline:([A-Za-z0-9+/]+)", line)
        assert match is not None
        return cls(base64.b64decode(match[1] + "=" * (-len(match[1]) % 4)))

    def crypto(self, tag: int) -> str:
        return f"a=crypto:{tag} AES_CM_128_HMAC_SHA1_80 inline:{base64.b64encode(self.master).decode()}"

    def _crypt(self, packet: bytes) -> bytes:
        sequence, ssrc = int.from_bytes(packet[2:4], "big"), int.from_bytes(packet[8:12], "big")
        payload = packet[12:]
        stream = _stream(self._key, self._salt << 16 ^ ssrc << 64 ^ sequence << 16, len(payload))
        return packet[:12] + bytes(one ^ other for one, other in zip(payload, stream, strict=True))

    def _tag(self, packet: bytes) -> bytes:
        return hmac.digest(self._authentication, packet + bytes(4), hashlib.sha1)[:10]

    def protect(self, packet: bytes) -> bytes:
        secret = self._crypt(packet)
        return secret + self._tag(secret)

    def unprotect(self, packet: bytes) -> bytes:
        secret, tag = packet[:-10], packet[-10:]
        assert hmac.compare_digest(tag, self._tag(secret))
        return self._crypt(secret)
