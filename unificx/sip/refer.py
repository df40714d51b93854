"""What a REFER asks for (RFC 3515), and the Replaces header that may come with it (RFC 3891)."""

import re
from dataclasses import dataclass, field

from unificx.sip.errors import BadPeer
from unificx.sip.grammar import TOKEN, find_param, parameters
from unificx.sip.headers import parse_address
from unificx.sip.message import Request
from unificx.sip.uri import Uri

_replaces = re.compile(r"[ \t]*+([!-:<-~]++)[ \t]*+(;.*+)", re.S).fullmatch
_token = re.compile(TOKEN).fullmatch


@dataclass(frozen=True, slots=True)
class Replaces:
    """Names a dialog as the one who is to end it sees it: `to_tag` is his own. `early_only`: only while it rings."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False

    @staticmethod
    def parse(text: str) -> "Replaces":
        """The value of a Replaces header. Raises BadPeer(400)."""
        found = _replaces(text)
        params = parameters(found[2]) if found is not None else ()
        tags = [find_param(params, name) or "" for name in ("to-tag", "from-tag")]
        if found is None or not all(_token(tag) for tag in tags):
            raise BadPeer(400, "Bad Replaces")
        return Replaces(found[1], tags[0], tags[1], any(name.lower() == "early-only" for name, _ in params))


@dataclass(frozen=True, slots=True)
class Refer:
    """Call `target`; `quiet`: nothing is to be told of what becomes of it (RFC 4488)."""

    target: Uri = field(repr=False)
    replaces: Replaces | None = None
    quiet: bool = False


def refer_of(request: Request) -> Refer:
    """What a REFER asks for. Raises BadPeer: 400 for one without a single address that can be read, 416 for a scheme
    we do not speak, 403 for what is to be something else than a call."""
    values = request.values("refer-to")
    if len(values) != 1:
        raise BadPeer(400, "One Refer-To Is Needed", request)
    target = parse_address(values[0]).uri
    if (target.param("method") or "INVITE").upper() != "INVITE":
        raise BadPeer(403, "Only Calls Can Be Transferred", request)
    replaces = target.header("Replaces")
    quiet = (request.first("refer-sub") or "").partition(";")[0].strip().lower() == "false"
    return Refer(target, Replaces.parse(replaces) if replaces is not None else None, quiet)


def replaces_of(invite: Request) -> Replaces | None:
    """The dialog an INVITE wants to take the place of, None if it is just a call. Raises BadPeer(400), RFC 3891
    section 3: one Replaces at most."""
    values = invite.all("replaces")
    if len(values) > 1:
        raise BadPeer(400, "More Than One Replaces", invite)
    return Replaces.parse(values[0]) if values else None
