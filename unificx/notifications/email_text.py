"""The texts of one kind of e-mail."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EmailText:
    """Texts of an e-mail in one language, with the placeholders `{organisation}`, `{detail}` and `{name}`."""

    subject: str
    lines: tuple[str, ...]
    action: str = ""
    """Label of the link; "" for an e-mail without one."""
