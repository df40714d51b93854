"""Credentials of a leg whose peer, such as a carrier, challenges requests (RFC 3261 section 22)."""

from dataclasses import dataclass, field

from unificx.sip.digest_client import authorization, challenge_headers, is_stale, realm_of
from unificx.sip.fields import Headers
from unificx.sip.message import Response

MAX_ANSWERS = 4
"""Challenges that are answered for one request: servers on the way to the called party may challenge it one by one."""
MAX_OF_REALM = 2
"""Challenges of one realm that are answered; the second one only if it says `stale=true`."""

Protected = tuple[str, str]
"""Header that answers a challenge, and its realm."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """Credentials that a request was sent with: one header for each realm (RFC 3261 section 22.3). `answered`: the
    challenges answered so far."""

    headers: Headers = ()
    answered: tuple[Protected, ...] = ()


NO_AUTHORIZATION = Authorization()


@dataclass(frozen=True, slots=True)
class Credentials:
    """User name and password for a peer. Neither is shown by `repr`."""

    username: str = field(repr=False)
    password: str = field(repr=False)

    def answer(self, response: Response, method: str, uri: str, sent: Authorization) -> Authorization | None:
        """Return what to repeat a request with that was sent with `sent` and got a 401 or 407; None if it is another
        response, or sending it once more would not help."""
        if response.status not in (401, 407) or len(sent.answered) >= MAX_ANSWERS:
            return None
        usable = [one for one in challenge_headers(response) if _may_answer(one, sent)]
        header = authorization(usable, method, uri, self.username, self.password)
        if header is None:
            return None
        realm = header[0], realm_of(header)
        unchanged = [one for one in sent.headers if (one[0], realm_of(one)) != realm]
        return Authorization((*unchanged, header), (*sent.answered, realm))


def _may_answer(challenge: tuple[str, str], sent: Authorization) -> bool:
    """Whether the password was not sent to this realm yet, or only the nonce has expired."""
    name = "Authorization" if challenge[0] == "www-authenticate" else "Proxy-Authorization"
    times = sent.answered.count((name, realm_of(challenge)))
    return not times or (times < MAX_OF_REALM and is_stale([challenge]))


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request inside a dialog, without the credentials, which are in `authorization`."""

    method: str
    headers: Headers
    body: bytes
    authorization: Authorization = NO_AUTHORIZATION
