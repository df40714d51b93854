"""Signs the caller id of calls to a carrier (STIR/SHAKEN)."""

from uuid import NAMESPACE_URL, uuid5

from unificx.sip.passport import Attestation, Passport, canonical, identity_header, signing_key
from unificx.trunks.schemas import Trunk


def signed_identity(
    trunk: Trunk, attestation: Attestation, numbers: tuple[str, str], at: int, extension_id: str
) -> str:
    """Return the value of the Identity header of a call; "" if the trunk does not sign, or a number is unknown.
    `numbers` are those of caller and called party in E.164; `at` is in seconds since 1970.

    The origin is the same for all calls of an extension, so that a call can be traced back, but says nothing else.
    """
    options, (caller, called) = trunk.options, numbers
    if not options.signing_key or not caller or not called.startswith("+"):
        return ""
    origin = str(uuid5(NAMESPACE_URL, f"{trunk.id}/{extension_id}"))
    passport = Passport(attestation, canonical(caller), (canonical(called),), at, origin)
    return identity_header(passport, signing_key(options.signing_key), options.certificate_url)
