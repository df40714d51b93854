"""Software authenticator: creates WebAuthn credentials with attestation "none" and signs assertions."""

import base64
import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class StoredPasskey:
    """Passkey stored in the authenticator."""

    id: bytes
    host: str
    handle: str
    key: ec.EllipticCurvePrivateKey


@dataclass
class Authenticator:
    """`increments_counter`: as hardware keys do; synced passkeys keep the signature counter at zero."""

    origin: str = "https://pbx.example.com"
    increments_counter: bool = True
    verifies: bool = True
    counter: int = 0
    passkeys: list[StoredPasskey] = field(default_factory=list)

    def create(self, options: Any) -> dict[str, Any]:
        """Return the result of `navigator.credentials.create()`."""
        for each in options["excludeCredentials"]:
            assert unb64(each["id"]) not in [one.id for one in self.passkeys], "already registered"
        passkey = StoredPasskey(
            os.urandom(32), options["rp"]["id"], options["user"]["id"], ec.generate_private_key(ec.SECP256R1())
        )
        self.passkeys.append(passkey)
        point = passkey.key.public_key().public_numbers()
        # COSE_Key of an ES256 key (RFC 9053 section 7.1.1).
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        attested = bytes(16) + struct.pack(">H", len(passkey.id)) + passkey.id + public
        data = self._authenticator_data(passkey, ATTESTED) + attested
        response = {
            "clientDataJSON": self._client_data("webauthn.create", options["challenge"]),
            "attestationObject": b64(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }
        return self._credential(passkey, response)

    def sign(self, options: Any) -> dict[str, Any]:
        """Return the result of `navigator.credentials.get()`."""
        allowed = [unb64(each["id"]) for each in options.get("allowCredentials", [])]
        candidates = [
            one for one in self.passkeys if one.host == options["rpId"] and (not allowed or one.id in allowed)
        ]
        return self.sign_with(candidates[-1], options["challenge"])

    def sign_with(self, passkey: StoredPasskey, challenge: str) -> dict[str, Any]:
        """Sign a challenge with the given passkey, without checks."""
        self.counter += self.increments_counter
        client, data = self._client_data("webauthn.get", challenge), self._authenticator_data(passkey)
        signature = passkey.key.sign(data + hashlib.sha256(unb64(client)).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": client,
            "authenticatorData": b64(data),
            "signature": b64(signature),
            "userHandle": passkey.handle,
        }
        return self._credential(passkey, response)

    def _client_data(self, kind: str, challenge: str) -> str:
        return b64(json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode())

    def _authenticator_data(self, passkey: StoredPasskey, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(passkey.host.encode()).digest() + struct.pack(">BI", flags, self.counter)

    def _credential(self, passkey: StoredPasskey, response: dict[str, Any]) -> dict[str, Any]:
        name = b64(passkey.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
