"""Whom the callee is told is calling: the truth of the PBX, never what the caller wrote (RFC 3325, RFC 3323)."""

from dataclasses import dataclass

ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'


@dataclass(frozen=True, slots=True)
class Identity:
    """A party as the PBX knows it."""

    number: str
    name: str
    domain: str

    @property
    def address(self) -> str:
        """A name-addr for From, To and P-Asserted-Identity."""
        return f"{_quoted(self.name)}<sip:{self.number}@{self.domain}>"


def withheld(privacy: list[str]) -> bool:
    """Whether the caller asked not to be shown: the values of Privacy headers (RFC 3323 section 4.2)."""
    wanted = {word.strip().lower() for value in privacy for word in value.split(";")}
    return bool(wanted & {"id", "user", "header"})


def caller_headers(caller: Identity, *, hidden: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The From value and further headers of the INVITE to a callee's phone.

    A phone is outside the trust domain (RFC 3325 section 7): to it a withheld identity is not sent at all.
    """
    if hidden:
        return ANONYMOUS, (("Privacy", "id"),)
    address = caller.address
    return address, (("P-Asserted-Identity", address),)


def _quoted(name: str) -> str:
    clean = "".join(char for char in name if char.isprintable())
    escaped = clean.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" ' if escaped else ""
