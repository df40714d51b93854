"""Bodies of MESSAGE requests (RFC 3428) and of message/cpim (RFC 3862)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip.errors import RemoteProtocolError
from unificx.sip.message import Request
from unificx.sip.page_mode import MAX_BODY, UnsupportedBody, parts_of, text_of

CPIM = (
    "From: MR SANDERS <im:piglet@100akerwood.com>\r\nTo: Depressed Donkey <im:eeyore@100akerwood.com>\r\n"
    "DateTime: 2000-12-13T13:40:00-08:00\r\nNS: MyFeatures <mid:MessageFeatures@id.foo.com>\r\n"
    "{more}\r\nContent-type: {kind}\r\n\r\n{text}"
)
"""The example of RFC 3862 section 5.1."""


def message(body: bytes, *headers: tuple[str, str], kind: str = "text/plain") -> Request:
    return Request("MESSAGE", "sip:1002@acme.example", [("Content-Type", kind), *headers], body)


def cpim(text: str, kind: str = "text/plain; charset=utf-8", more: str = "") -> Request:
    return message(CPIM.format(kind=kind, text=text, more=more).encode(), kind="message/cpim")


@pytest.mark.parametrize(
    "kind", ["text/plain", "Text/Plain;charset=UTF-8", 'text/plain; charset="utf-8"', "text/plain;charset=us-ascii;x=1"]
)
def test_plain_text(kind: str) -> None:
    assert text_of(message("Grüße\r\nan\ralle\n".encode(), kind=kind)) == "Grüße\nan\nalle"


def test_text_within_a_cpim_message() -> None:
    assert text_of(cpim("Hello\r\n\r\nthere: ü")) == "Hello\n\nthere: ü"


@pytest.mark.parametrize(
    "request_",
    [
        message(b"<p>", kind="text/html"),
        message(b"x", kind=""),
        message(b"x", kind="text/plain;charset=utf-16"),
        message(b"x", ("Content-Encoding", "gzip")),
        message(b"<isComposing/>", kind="application/im-iscomposing+xml"),
        cpim("<imdn/>", kind="message/imdn+xml"),
        cpim("SGk=", kind="text/plain\r\nContent-Transfer-Encoding: base64"),
        cpim("x", more="Require: MyFeatures.VitalMessageOption\r\n"),
    ],
)
def test_other_bodies_are_unsupported(request_: Request) -> None:
    with pytest.raises(UnsupportedBody):
        text_of(request_)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (message(b"\xff\xfe"), 400),
        (message(b"Hello", kind="message/cpim"), 400),
        (message(b"From: a\r\n\r\nHello", kind="message/cpim"), 400),
        (message(b"x" * (MAX_BODY + 1)), 413),
    ],
)
def test_malformed_bodies(request_: Request, status: int) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        text_of(request_)
    assert refused.value.status == status


@given(st.binary(max_size=300), st.sampled_from(["text/plain", "message/cpim", "text/plain;charset=", ";"]))
def test_no_body_causes_another_error(body: bytes, kind: str) -> None:
    try:
        text_of(message(body, kind=kind))
    except RemoteProtocolError as refused:
        assert refused.status in (400, 413, 415)  # noqa: PT017


@given(st.text(alphabet="aä€😀 \n", max_size=200), st.integers(8, 40))
def test_parts_fit_and_lose_only_white_space(text: str, size: int) -> None:
    parts = parts_of(text, size)
    assert all(len(part.encode()) <= size for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_text_is_split_between_words() -> None:
    assert parts_of("one two three four", 9) == ["one two", "three", "four"]
    assert parts_of("Hello") == ["Hello"]
