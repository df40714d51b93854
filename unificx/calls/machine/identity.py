"""Caller identity in INVITEs: asserted by the PBX, never copied from the caller's headers (RFC 3325, RFC 3323)."""

from dataclasses import dataclass

ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'


@dataclass(frozen=True, slots=True)
class Identity:
    """Asserted identity of a party."""

    number: str
    name: str
    domain: str

    @property
    def address(self) -> str:
        """The name-addr for From, To and P-Asserted-Identity."""
        return f"{_quoted(self.name)}<sip:{self.number}@{self.domain}>"


def requests_privacy(privacy: list[str]) -> bool:
    """Whether the values of Privacy headers request that the identity be withheld (RFC 3323 section 4.2)."""
    wanted = {word.strip().lower() for value in privacy for word in value.split(";")}
    return bool(wanted & {"id", "user", "header"})


def caller_headers(caller: Identity, *, hidden: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the From value and further headers of the INVITE to a callee's phone.

    Phones are outside the trust domain, so a withheld identity is not sent to them at all (RFC 3325 section 7).
    """
    if hidden:
        return ANONYMOUS, (("Privacy", "id"),)
    address = caller.address
    return address, (("P-Asserted-Identity", address),)


def _quoted(name: str) -> str:
    clean = "".join(char for char in name if char.isprintable())
    escaped = clean.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" ' if escaped else ""
