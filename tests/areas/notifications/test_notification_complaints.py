"""Complaints about e-mails by RFC 5965."""

import pytest

from unificx.notifications.bounces import parse_bounce
from unificx.notifications.complaints import Complaint, parse_complaint

PROOF = "A" * 107
REPORT = f"""\
From: feedback@provider.example\r
Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
This is an e-mail abuse report.\r
--b\r
Content-Type: message/feedback-report\r
\r
Feedback-Type: abuse\r
User-Agent: SomeGenerator/1.0\r
Version: 1\r
\r
--b\r
Content-Type: message/rfc822\r
\r
Message-ID: <0198c2a4-5c1e-7d3b-9a40-2f6b8e1d7c55@example.com>\r
List-Unsubscribe: <https://pbx.example.com/unsubscribe/{PROOF}>\r
\r
Offer\r
--b--\r
""".encode()
ID = "<0198c2a4-5c1e-7d3b-9a40-2f6b8e1d7c55@example.com>"


@pytest.mark.promise("U2")
def test_a_complaint_names_the_email_and_the_proof_of_its_link() -> None:
    headers = REPORT.replace(b"message/rfc822", b"text/rfc822-headers")
    for raw in (REPORT, headers, REPORT.replace(b"\r\n", b"\n"), REPORT.replace(b"abuse\r", b"Opt-Out\r")):
        assert parse_complaint(raw) == Complaint(ID, PROOF)
        assert parse_bounce(raw) is None
    assert parse_complaint(REPORT.replace(b"List-Unsubscribe", b"X-Removed")) == Complaint(ID, "")
    assert parse_complaint(REPORT.replace(b"Message-ID", b"X-Removed")) == Complaint("", PROOF)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Feedback-Type: abuse", b"Feedback-Type: not-spam"),
        (b"Feedback-Type: abuse", b"Feedback-Type: auth-failure"),
        (b"Feedback-Type", b"X-Other"),
        (b"message/feedback-report", b"text/plain"),
        (b"multipart/report", b"multipart/mixed"),
    ],
)
def test_other_reports_are_no_complaints(old: bytes, new: bytes) -> None:
    assert parse_complaint(REPORT.replace(old, new)) is None


def test_damaged_complaints_do_no_harm() -> None:
    for end in range(0, len(REPORT), 5):
        parse_complaint(REPORT[:end])
        parse_complaint(REPORT[:end] + b"\0\xff" + REPORT[end + 2 :])
    nested = b"Content-Type: multipart/report; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 5000
    assert parse_complaint(nested) is None
