"""Loads torture test messages in the notation of RFC 4475 section 2, each file named after its case in the RFC:
`torture/` has those of RFC 4475, `torture_ipv6/` those of RFC 5118.

A file starts with `# ` lines: the section, a description, and `# expect:` with one of `parsed`, `dropped` (must not be
answered), the status of the response, or a status and the property that cannot be parsed.
`<hex>…</hex>`, `<repeat count=N>…</repeat>` and `<allOneLine>` have the meaning defined in the RFC; `{length}` is the
length of the body.
"""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    expected: str
    data: bytes


def cases() -> list[Case]:
    """Return the messages of RFC 4475."""
    return _all_in("torture")


def ipv6_cases() -> list[Case]:
    """Return the messages of RFC 5118."""
    return _all_in("torture_ipv6")


def case(name: str) -> Case:
    """Return a message of RFC 4475."""
    return _read(HERE / "torture" / f"{name}.sip")


def _all_in(folder: str) -> list[Case]:
    return [_read(path) for path in sorted((HERE / folder).glob("*.sip"))]


def _read(path: Path) -> Case:
    lines = path.read_text("utf-8").split("\n")
    comments = [line for line in lines if line.startswith("# ")]
    expected = next(line.removeprefix("# expect: ") for line in comments if line.startswith("# expect: "))
    text = "\n".join(lines[len(comments) :])
    text = re.sub(r"<allOneLine>\n(.*?)\n</allOneLine>", lambda m: m[1].replace("\n", ""), text, flags=re.S)
    text = re.sub(r"<repeat count=(\d+)>(.*?)</repeat>", lambda m: m[2] * int(m[1]), text)
    data = text.replace("\n", "\r\n").encode()
    data = re.sub(rb"<hex>(.*?)</hex>", lambda m: bytes.fromhex(m[1].decode()), data)
    body = data.partition(b"\r\n\r\n")[2]
    return Case(path.stem, expected, data.replace(b"{length}", str(len(body)).encode()))
