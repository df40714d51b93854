"""Received e-mails: their relevant parts, malformed ones, and those that programs have sent. Pure."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from unificx.core.emails import MAX_FIELD, MAX_NESTED
from unificx.core.errors import Invalid
from unificx.notifications.bounces import parse_bounce
from unificx.notifications.complaints import parse_complaint
from unificx.support.mail_in.parsing import MAX_BODY, parse_received
from unificx.support.rights.service import MAX_TEXT

PLAIN = b"""From: =?utf-8?q?Zo=C3=AB?= <Zoe@Example.com>
To: Acme <support+ABC@acme.example>, other@acme.example
Subject: =?utf-8?b?w5ZmZm51bmdz?=
 =?utf-8?q?zeiten?=
Message-ID: <1@example.com>
In-Reply-To: <a.b@pbx.example>
References: <x@y> <a.b@pbx.example>
Content-Type: text/plain; charset=iso-8859-1

Gr\xfc\xdfe\x00,
Zo\xeb
"""


def test_sender_subject_text_and_recipients_are_decoded() -> None:
    found = parse_received(PLAIN)
    assert (found.name, found.address, found.topic) == ("Zoë", "zoe@example.com", "Öffnungszeiten")
    assert found.text == "Grüße,\nZoë"
    assert found.recipients == ("support+abc@acme.example", "other@acme.example")
    assert found.references == ("a.b@pbx.example", "x@y", "a.b@pbx.example")
    assert (found.automatic, found.is_report, found.attachments) == (False, False, ())
    assert parse_received(PLAIN).digest == found.digest != parse_received(PLAIN.replace(b"<1@", b"<2@")).digest


@pytest.mark.parametrize(
    "field",
    [
        b"Auto-Submitted: auto-replied (vacation)",
        b"Precedence: bulk",
        b"List-Id: <news.example.com>",
        b"Return-Path: <>",
        b"X-Auto-Response-Suppress: All",
    ],
)
def test_programs_are_recognized(field: bytes) -> None:
    assert parse_received(field + b"\n" + PLAIN).automatic
    assert not parse_received(b"Auto-Submitted: no\n" + PLAIN).automatic
    assert parse_received(PLAIN.replace(b"Zoe@Example", b"MAILER-DAEMON@Example")).automatic


def test_html_becomes_text_without_scripts_and_links() -> None:
    head = b"From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n"
    html = (
        b"<head><title>t</title></head><p>One&nbsp;&lt;b&gt;</p><script>x()</script><div>Two <a href='h'>link</a></div>"
    )
    assert parse_received(head + html).text == "One <b>\n\nTwo link"
    assert parse_received(head + b"<script>never closed").text == ""


def test_text_and_names_of_files_fit_into_a_request() -> None:
    message = EmailMessage()
    message.set_content("x" * 20_000)
    for _ in range(20):
        message.add_attachment(b"", maintype="image", subtype="png", filename="y" * 100 + ".png")
    assert MAX_BODY < len(parse_received(message.as_bytes()).body) <= MAX_TEXT


def test_plain_text_is_preferred_and_files_are_named() -> None:
    raw = b"""From: a@b.example
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: multipart/alternative; boundary=y

--y
Content-Type: text/html

<p>html</p>
--y
Content-Type: text/plain

plain
--y--
--x
Content-Type: application/pdf; name="=?utf-8?q?Gr=C3=BC=C3=9Fe.pdf?="
Content-Disposition: attachment

x
--x
Content-Type: message/rfc822

From: c@d.example

inner
--x--
"""
    found = parse_received(raw)
    assert (found.text, found.attachments) == ("plain", ("Grüße.pdf", "message/rfc822"))


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        (b"", ""),
        (b"\xff\xfe\x00", ""),
        (b"From: nonsense\n\nx", ""),
        (b"From: a@b.example\nContent-Type: text/plain; charset=unknown-8\n\n\xff", "a@b.example"),
        (b"From: a@b.example\nContent-Type: multipart/mixed\n\nno boundary", "a@b.example"),
        (b"From: a@b.example\nSubject: =?x-unknown?q?=FF?=\nContent-Transfer-Encoding: base64\n\n!!!", "a@b.example"),
        (b"From: a@b.example\r\nSubject: a\r b\n" + b"To: x@y.example\n" * 500 + b"\n" + b"x" * 20_000, "a@b.example"),
    ],
)
def test_malformed_emails_have_no_sender_or_are_readable(raw: bytes, address: str) -> None:
    found = parse_received(raw)
    assert found.address == address
    assert len(found.text) <= MAX_BODY
    assert len(found.recipients) <= 50


@pytest.mark.parametrize("parse", [parse_received, parse_bounce, parse_complaint])
def test_an_email_cannot_keep_the_parser_busy(parse: Callable[[bytes], object]) -> None:
    """Its time grows with the square of the length of a field, and with the levels of parts for each line."""
    file = b"Content-Type: text/plain" + b";" * MAX_FIELD + b"name=a.txt\n\nx"
    assert parse_received(file).attachments == ()

    def nested(levels: int) -> bytes:
        inner = b"".join(b"Content-Type: multipart/Mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(levels))
        return inner.replace(b"Mixed", b"report", 1) + b"Content-Type: text/plain\n\nx"

    parse(nested(MAX_NESTED))
    for each in (nested(MAX_NESTED + 1), b"Content-Type: message/rfc822\n\n" * 2_000):
        with pytest.raises(Invalid, match="too many parts"):
            parse(each)
