"""WebAuthn registration and authentication ceremonies (W3C Web Authentication level 3, section 7).

Stateless. The library processes only client input, so each of its exceptions means invalid input. It is loaded on first
use, because it takes 5 MB with its readers of certificates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unificx.core.errors import Conflict, Invalid
from unificx.identity.errors import InvalidProof
from unificx.identity.factor_models import PasskeyPart
from unificx.identity.factor_schemas import PasskeyOptions, PasskeyResponse, WebOrigin

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

TIMEOUT_MS = 300_000
RELYING_PARTY_NAME = "UnifiCX"


@dataclass(frozen=True, slots=True)
class PasskeyUser:
    """Owner of a new passkey: the authenticator returns `handle` and displays `account` and `name`."""

    handle: str
    account: str
    name: str


def creation_options(
    origin: WebOrigin, user: PasskeyUser, challenge: bytes, known: Iterable[PasskeyPart]
) -> PasskeyOptions:
    """Return creation options: discoverable, user verification required, `known` authenticators excluded."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = webauthn.generate_registration_options(
        rp_id=_relying_party_id(origin),
        rp_name=RELYING_PARTY_NAME,
        user_id=user.handle.encode(),
        user_name=user.account or user.name,
        user_display_name=user.name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return webauthn.helpers.options_to_json_dict(options)


def request_options(origin: WebOrigin, challenge: bytes, known: Iterable[PasskeyPart] = ()) -> PasskeyOptions:
    """Return request options for one of the `known` passkeys, or for any discoverable one."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=_relying_party_id(origin),
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.helpers.options_to_json_dict(options)


def verify_registration(response: PasskeyResponse, origin: WebOrigin, challenge: bytes) -> PasskeyPart:
    """Verify a registration response and return the passkey. Raise Invalid."""
    import webauthn

    try:
        verified = webauthn.verify_registration_response(
            credential=dict(response),
            expected_challenge=challenge,
            expected_rp_id=_relying_party_id(origin),
            expected_origin=origin.text,
            require_user_verification=True,
        )
    except Exception:
        raise Invalid("The passkey does not match the request.", hint="Start again.", field="credential") from None
    return PasskeyPart(
        credential_id=webauthn.helpers.bytes_to_base64url(verified.credential_id),
        public_key=webauthn.helpers.bytes_to_base64url(verified.credential_public_key),
        host=origin.host,
        sign_count=verified.sign_count,
    )


def unverified_challenge(response: PasskeyResponse) -> bytes:
    """Return the challenge claimed by the response, b"" if missing. Not verified yet."""
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json

    try:
        return parse_client_data_json(base64url_to_bytes(response["response"]["clientDataJSON"])).challenge
    except Exception:
        return b""


def unverified_user_handle(response: PasskeyResponse) -> str:
    """Return the user handle claimed by the response, "" if missing. Not verified yet."""
    from webauthn.helpers import base64url_to_bytes

    try:
        return base64url_to_bytes(response["response"]["userHandle"]).decode("ascii")
    except Exception:
        return ""


def verify_assertion(response: PasskeyResponse, origin: WebOrigin, challenge: bytes, passkey: PasskeyPart) -> int:
    """Verify an assertion and return the passkey's new signature counter. Raise InvalidProof if anything is wrong.

    A counter that does not increase means a cloned authenticator or a replayed response (section 6.1.1).
    """
    import webauthn

    if passkey.host != origin.host:
        raise passkey_rejected()
    try:
        verified = webauthn.verify_authentication_response(
            credential=dict(response),
            expected_challenge=challenge,
            expected_rp_id=passkey.host,
            expected_origin=origin.text,
            credential_public_key=webauthn.helpers.base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception:
        raise passkey_rejected() from None
    return verified.new_sign_count


def passkey_rejected() -> InvalidProof:
    """Return the same error for every rejected passkey."""
    return InvalidProof("The passkey was not accepted.", hint="Try again, or use another sign-in method.")


def _relying_party_id(origin: WebOrigin) -> str:
    """Return the relying party id. Raise Conflict for an IP address, for which browsers create no passkeys."""
    host = origin.host
    if not host or ":" in host or host[-1].isdigit():
        raise Conflict(
            "Passkeys need a host name.", hint="Open this page by a name such as pbx.example.com, or localhost."
        )
    return host


def _descriptors(known: Iterable[PasskeyPart]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id)) for each in known]
