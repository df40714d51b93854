"""Parsing of REFER requests (RFC 3515) and the Replaces header (RFC 3891)."""

import re
from dataclasses import dataclass, field

from unificx.sip.errors import RemoteProtocolError
from unificx.sip.grammar import TOKEN, find_param, parse_params
from unificx.sip.headers import parse_address
from unificx.sip.message import Request
from unificx.sip.uri import Uri

_replaces = re.compile(r"[ \t]*+([!-:<-~]++)[ \t]*+(;.*+)", re.S).fullmatch
_token = re.compile(TOKEN).fullmatch


@dataclass(frozen=True, slots=True)
class Replaces:
    """Identifies the dialog to replace: `to_tag` is the local tag of its receiver. `early_only`: only while ringing."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False

    @staticmethod
    def parse(text: str) -> "Replaces":
        """Parse a Replaces value. Raise RemoteProtocolError (400)."""
        match = _replaces(text)
        params = parse_params(match[2]) if match is not None else ()
        tags = [find_param(params, name) or "" for name in ("to-tag", "from-tag")]
        if match is None or not all(_token(tag) for tag in tags):
            raise RemoteProtocolError(400, "Bad Replaces")
        return Replaces(match[1], tags[0], tags[1], any(name.lower() == "early-only" for name, _ in params))


@dataclass(frozen=True, slots=True)
class Refer:
    """A request to call `target`; `suppress_notify`: without a subscription to the result (RFC 4488)."""

    target: Uri = field(repr=False)
    replaces: Replaces | None = None
    suppress_notify: bool = False


def parse_refer(request: Request) -> Refer:
    """Parse a REFER. Raise RemoteProtocolError: 400 without exactly one valid Refer-To, 416 for an unsupported scheme,
    403 for a method other than INVITE."""
    values = request.values("refer-to")
    if len(values) != 1:
        raise RemoteProtocolError(400, "One Refer-To Is Needed", request)
    target = parse_address(values[0]).uri
    if (target.param("method") or "INVITE").upper() != "INVITE":
        raise RemoteProtocolError(403, "Only Calls Can Be Transferred", request)
    replaces = target.header("Replaces")
    quiet = (request.first("refer-sub") or "").partition(";")[0].strip().lower() == "false"
    return Refer(target, Replaces.parse(replaces) if replaces is not None else None, quiet)


def parse_replaces(invite: Request) -> Replaces | None:
    """Return the Replaces of an INVITE, None if absent. Raise RemoteProtocolError (400) if there is more than one
    (RFC 3891 section 3)."""
    values = invite.all("replaces")
    if len(values) > 1:
        raise RemoteProtocolError(400, "More Than One Replaces", invite)
    return Replaces.parse(values[0]) if values else None
