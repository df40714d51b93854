"""Reports of failed delivery by RFC 3464, and whether a rejection means that the address does not work."""

import pytest

from unificx.notifications.bounces import Bounce, parse_bounce
from unificx.notifications.policies.replies import address_fails

REPORT = b"""\
From: MAILER-DAEMON@mail.example.com\r
To: pbx@example.com\r
Subject: Undelivered Mail\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
I am sorry.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mail.example.com\r
\r
Final-Recipient: rfc822; ada@acme.example\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 <ada@acme.example> is\r
 unknown\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: <0198c2a4-5c1e-7d3b-9a40-2f6b8e1d7c55@example.com>\r
\r
--b--\r
"""
ID = "<0198c2a4-5c1e-7d3b-9a40-2f6b8e1d7c55@example.com>"


@pytest.mark.promise("U2")
def test_a_report_names_the_email_and_the_reason() -> None:
    whole = REPORT.replace(b"text/rfc822-headers", b"message/rfc822")
    for raw in (REPORT, whole, REPORT.replace(b"\r\n", b"\n")):
        found = parse_bounce(raw)
        assert found is not None
        assert found == Bounce(ID, "5.1.1", "550 5.1.1 <ada@acme.example> is unknown")
        assert found.address_fails
    full = parse_bounce(REPORT.replace(b"5.1.1", b"5.2.2"))
    assert full is not None
    assert not full.address_fails


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Action: failed", b"Action: delayed"),
        (b"Status: 5.1.1", b"Status: 4.4.7"),
        (b"Message-ID", b"X-Other"),
        (b"multipart/report", b"multipart/mixed"),
        (b"message/delivery-status", b"text/plain"),
    ],
)
def test_other_emails_are_not_bounces(old: bytes, new: bytes) -> None:
    assert parse_bounce(REPORT.replace(old, new)) is None


def test_damaged_reports_do_no_harm() -> None:
    for end in range(0, len(REPORT), 7):
        parse_bounce(REPORT[:end])
        parse_bounce(REPORT[:end] + b"\0\xff" + REPORT[end + 2 :])
    nested = b"Content-Type: multipart/report; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 5000
    assert parse_bounce(nested) is None


@pytest.mark.parametrize(
    ("status", "reply", "fails"),
    [
        (550, "5.1.1 no such user", True),
        (550, "5.7.1 policy", False),
        (552, "5.2.2 mailbox full", False),
        (550, "5.2.1 disabled", True),
        (556, "5.1.10 null MX", True),
        (550, "no such user", True),
        (554, "transaction failed", False),
        (553, "", True),
    ],
)
def test_only_some_rejections_are_about_the_address(status: int, reply: str, fails: bool) -> None:
    assert address_fails(status, reply) is fails
