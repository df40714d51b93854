"""Identities that devices show: asserted by the PBX, never copied from a phone's headers (RFC 3325, RFC 3323)."""

from typing import Literal

from unificx.core.names import is_printable
from unificx.core.value import value
from unificx.sip.fields import Headers

RingKind = Literal["internal", "external", "queue"]


@value
class AssertedIdentity:
    """The identity of a party that devices are shown (RFC 3325). `number` may have a leading "+", `name` is "" if
    unknown, `domain` that of the tenant."""

    number: str
    name: str
    domain: str

    @property
    def address(self) -> str:
        """The name-addr for From, To and P-Asserted-Identity."""
        return f"{_quoted(self.name)}<sip:{self.number}@{self.domain}>"


WITHHELD = AssertedIdentity("anonymous", "Anonymous", "anonymous.invalid")
"""Shown in place of a party that withholds its identity (RFC 3323 section 4.1.1.3)."""


def requests_privacy(privacy: list[str], sender_host: str) -> bool:
    """Whether a request asks that the identity be withheld: by the values of its Privacy headers (RFC 3323 section
    4.2), or by an anonymous From alone (section 4.1.1.3), as phones send that have no Privacy header."""
    if sender_host.lower() == WITHHELD.domain:
        return True
    wanted = {word.strip().lower() for value in privacy for word in value.split(";")}
    return bool(wanted & {"id", "user", "header"})


_VERSTAT = {
    "verified": "TN-Validation-Passed",
    "failed": "TN-Validation-Failed",
    "unsigned": "No-TN-Validation",
}


def caller_headers(caller: AssertedIdentity, verification: str = "") -> Headers:
    """Return the headers, besides From, of the INVITE to a callee's phone. `verification` is that of the caller id, ""
    without one; phones show it by the parameter `verstat` (3GPP TS 24.229 section 7.2A.20).

    Phones are outside the trust domain, so a withheld identity is not sent to them at all (RFC 3325 section 7).
    """
    if caller is WITHHELD:
        return (("Privacy", "id"),)
    found = _VERSTAT.get(verification.partition(" ")[0])
    address = f"{caller.address[:-1]};verstat={found}>" if found else caller.address
    return (("P-Asserted-Identity", address),)


def ring_headers(kind: RingKind) -> Headers:
    """Return the header by which a phone chooses its ring tone: the source of a call (RFC 7462 section 8.2.2), and the
    text `info` that desk phones compare. Callers in a queue count as outside."""
    source = "internal" if kind == "internal" else "external"
    return (("Alert-Info", f"<urn:alert:source:{source}>;info={kind}"),)


def auto_answer_headers(domain: str) -> Headers:
    """Return the headers by which a phone answers by itself: the parameter that most makers read, and the text `info`
    that the others compare."""
    return (
        ("Call-Info", f"<sip:{domain}>;answer-after=0"),
        ("Alert-Info", "<urn:alert:service:normal>;info=alert-autoanswer;delay=0"),
    )


def connected_headers(peer: AssertedIdentity) -> Headers:
    """Return the headers that name the connected party inside a dialog.

    For a withheld identity they name the anonymous one, since a phone without news would go on showing the last party.
    """
    asserted = ("P-Asserted-Identity", peer.address)
    return (asserted, ("Privacy", "id")) if peer is WITHHELD else (asserted,)


def _quoted(name: str) -> str:
    clean = name if name.isprintable() else "".join(filter(is_printable, name))
    escaped = clean.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" ' if escaped else ""
