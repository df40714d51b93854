"""WebAuthn registration and authentication ceremonies (W3C Web Authentication level 3, section 7).

Stateless. The library processes only client input, so each of its exceptions means invalid input.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from unificx.core.errors import Conflict, Invalid
from unificx.identity.errors import WrongProof
from unificx.identity.factor_models import PasskeyPart
from unificx.identity.factor_schemas import Credential, Options, WebOrigin

MINUTES_5 = 300_000
RELYING_PARTY = "UnifiCX"


@dataclass(frozen=True, slots=True)
class User:
    """Owner of a new passkey: the authenticator returns `handle` and displays `account` and `name`."""

    handle: str
    account: str
    name: str


def creation_options(origin: WebOrigin, user: User, challenge: bytes, known: Iterable[PasskeyPart]) -> Options:
    """Return creation options: discoverable, user verification required, `known` authenticators excluded."""
    options = webauthn.generate_registration_options(
        rp_id=host_of(origin),
        rp_name=RELYING_PARTY,
        user_id=user.handle.encode(),
        user_name=user.account or user.name,
        user_display_name=user.name,
        challenge=challenge,
        timeout=MINUTES_5,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json_dict(options)


def request_options(origin: WebOrigin, challenge: bytes, known: Iterable[PasskeyPart] = ()) -> Options:
    """Return request options for one of the `known` passkeys, or for any discoverable one."""
    options = webauthn.generate_authentication_options(
        rp_id=host_of(origin),
        challenge=challenge,
        timeout=MINUTES_5,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def made(credential: Credential, origin: WebOrigin, challenge: bytes) -> PasskeyPart:
    """Verify a registration response and return the passkey. Raise Invalid."""
    try:
        verified = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=host_of(origin),
            expected_origin=origin.text,
            require_user_verification=True,
        )
    except Exception:
        raise Invalid("The passkey does not match the request.", hint="Start again.", field="credential") from None
    return PasskeyPart(
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=bytes_to_base64url(verified.credential_public_key),
        host=origin.host,
        sign_count=verified.sign_count,
    )


def challenge_of(credential: Credential) -> bytes:
    """Return the challenge claimed by the response, b"" if missing. Not verified yet."""
    try:
        return parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"])).challenge
    except Exception:
        return b""


def handle_of(credential: Credential) -> str:
    """Return the user handle claimed by the response, "" if missing. Not verified yet."""
    try:
        return base64url_to_bytes(credential["response"]["userHandle"]).decode("ascii")
    except Exception:
        return ""


def signed(credential: Credential, origin: WebOrigin, challenge: bytes, passkey: PasskeyPart) -> int:
    """Verify an assertion and return the passkey's new signature counter. Raise InvalidProof if anything is wrong.

    A counter that does not increase means a cloned authenticator or a replayed response (section 6.1.1).
    """
    if passkey.host != origin.host:
        raise wrong()
    try:
        verified = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=passkey.host,
            expected_origin=origin.text,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception:
        raise wrong() from None
    return verified.new_sign_count


def wrong() -> WrongProof:
    """Return the same error for every rejected passkey."""
    return WrongProof("The passkey was not accepted.", hint="Try again, or use another sign-in method.")


def host_of(origin: WebOrigin) -> str:
    """Return the relying party id. Raise Conflict for an IP address, for which browsers create no passkeys."""
    host = origin.host
    if not host or ":" in host or host[-1].isdigit():
        raise Conflict(
            "Passkeys need a host name.", hint="Open this page by a name such as pbx.example.com, or localhost."
        )
    return host


def _descriptors(known: Iterable[PasskeyPart]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id)) for each in known]
