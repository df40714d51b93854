"""Realm of a challenge (RFC 3261 section 22.1).

It must not disclose which domains are served. So the realm is taken from the request by rules that do not depend
on the directory. For a request to an address of the server, the realm is the domain of a tenant only if the peer knows
the user name of a device, or if it is in a private network or has authenticated before.
"""

from collections.abc import Callable
from ipaddress import ip_address

from unificx.core.source_address import is_ip_address
from unificx.identity import DirectoryCache
from unificx.sip.flow import Flow
from unificx.sip.message import Request

NEUTRAL_REALM = "unificx"
"""No credentials are valid for it."""
MAX_REALM_LENGTH = 255


def realm_of(
    request: Request, flow: Flow, directory: DirectoryCache, own_names: frozenset[str], trusted: Callable[[], bool]
) -> str:
    """Return the realm in which this request is challenged.

    `own_names` are host names of the server in lower case; `trusted`: whether someone has done so from this source.
    """
    target = request.target.host.lower()
    # Behind NAT the server does not know its public addresses, so each one may be its own.
    if target and target not in own_names and not is_ip_address(target):
        # From first: phones may dial any domain, but can authenticate only in their own.
        host = request.from_uri.host.lower()
        if not _is_domain(host, own_names):
            host = request.to_uri.host.lower()
            if not _is_domain(host, own_names):
                host = target
        return host[:MAX_REALM_LENGTH]
    for uri in (request.from_uri, request.to_uri):
        device = directory.device_by_username(uri.decoded_user)
        if device is not None:
            return device.realm
        if _is_domain(uri.host.lower(), own_names):
            return uri.host.lower()[:MAX_REALM_LENGTH]
    default = directory.default_tenant() if trusted() or _is_private(flow.host) else None
    return NEUTRAL_REALM if default is None else default.domain


def _is_domain(host: str, own_names: frozenset[str]) -> bool:
    """Whether it may be the domain of a phone; not that of an anonymous caller (RFC 3323 section 4.1.1.3)."""
    return "." in host and host not in own_names and not host.endswith(".invalid") and not is_ip_address(host)


def _is_private(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_private
    except ValueError:
        return False
