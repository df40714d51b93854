"""E-mails are signed as a verifier of others checks it: dkimpy, by Debian's `python3-dkim`, in the system's Python."""

import json
import subprocess
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from smtp_server import mail_server, settings_of

from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid, StartupError
from unificx.integrations.dkim import DkimKey, published
from unificx.integrations.smtp import SmtpClient
from unificx.privacy import load_master, write_sealed_file
from unificx.server.notification_settings import dkim_check, dkim_key
from unificx.server.paths import InstallationPaths
from unificx.server.sealed_home_files import DKIM_PURPOSE

PYTHON = "/usr/bin/python3"
VERIFY = """
import json, sys, dkim
record = sys.argv[1]
emails = json.load(sys.stdin)
print(json.dumps([dkim.verify(each.encode("latin-1"), dnsfunc=lambda *a, **k: record.encode()) for each in emails]))
"""
needs_dkimpy = pytest.mark.skipif(
    subprocess.run([PYTHON, "-c", "import dkim"], capture_output=True).returncode != 0,
    reason="dkimpy is missing: install python3-dkim",
)


def verified(record: str, *emails: bytes) -> list[bool]:
    given = json.dumps([each.decode("latin-1") for each in emails])
    done = subprocess.run([PYTHON, "-c", VERIFY, record], input=given, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def advert() -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = "UnifiCX <pbx@example.com>", "Zoë Ölgötz <zoe@acme.example>"
    message["Subject"] = "Neue Telefone für alle, die schon lange auf neue Telefone warten und es kaum erwarten können"
    message["Message-ID"], message["Date"] = "<1@example.com>", "Mon, 30 Nov 2026 05:00:00 +0000"
    message["List-Unsubscribe"] = "<https://pbx.example.com/unsubscribe/" + "a" * 100 + ">"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content("Bestelle deins.\n.\n  eingerückt \t mit  Leerzeichen  \n\n\n", cte="quoted-printable")
    message.add_alternative("<p>Bestelle deins. ä</p>", subtype="html", cte="quoted-printable")
    return message


@needs_dkimpy
@pytest.mark.promise("U2")
async def test_an_email_that_was_sent_has_a_signature_that_others_accept(tmp_path: Path, clock: ManualClock) -> None:
    key = DkimKey.create("pbx")
    async with mail_server(tmp_path, tls="none", auth=False) as smtp:
        await SmtpClient(settings_of(smtp, login="", options=""), key, clock).send(advert())
        await SmtpClient(settings_of(smtp, login="", options="")).send(advert())
    signed, plain = smtp.raw
    other = DkimKey.create("pbx")
    changed = [
        signed.replace(b"Bestelle deins.", b"Bestelle zwei."),
        signed.replace(b"One-Click", b"Two-Click"),
        signed.replace(b"Subject: ", b"Subject: Re: "),
        b"From: Other <mallory@example.com>\r\n" + signed,
    ]
    assert all(each != signed for each in changed)
    relayed = b"Received: from pbx by mail\r\n" + signed.replace(b"To: ", b"TO:   ") + b"\r\n\r\n"
    assert verified(key.record(), signed, relayed, *changed, plain) == [True, True, *[False] * 5]
    assert verified(other.record(), signed) == [False]
    assert b"h=from:subject:date:to:message-id:mime-version:content-type:" in signed.replace(b"\r\n ", b"")


@needs_dkimpy
@pytest.mark.parametrize(
    "body", [b"", b"\r\n", b"a", b"a \t b  \r\n \r\n\r\n", b"\r\n\r\na\r\n", b".\r\n..\r\n", b"a\nb\n"]
)
def test_bodies_of_any_form_are_signed(body: bytes, clock: ManualClock) -> None:
    key, head = DkimKey.create("s1"), b"From: a@example.com\r\nSubject:\r\n folded\r\n\tmore  \r\n\r\n"
    assert verified(key.record(), key.sign(head + body, "example.com", clock.now())) == [True]


def test_a_key_is_sealed_and_its_record_is_checked(tmp_path: Path) -> None:
    paths = InstallationPaths(tmp_path)
    environ = {"UNIFICX_SMTP": "smtp://localhost?from=pbx@example.com"}
    master, key = load_master(tmp_path, environ, create=True), DkimKey.create("pbx2026")
    assert (dkim_key(paths, master), dkim_check(paths, environ)) == (None, None)
    write_sealed_file(paths.dkim_key, master, DKIM_PURPOSE, key.stored())
    assert key.stored()[-100:] not in paths.dkim_key.read_bytes()
    again = dkim_key(paths, master)
    assert again is not None
    assert again.stored() == key.stored()
    asked: list[str] = []

    def found(*texts: str) -> str:
        check = dkim_check(paths, environ, lambda name: asked.append(name) or list(texts))
        assert check is not None
        return check()

    assert "has the public key" in found("v=spf1 -all", key.record().replace("; p=", "; t=s; p="))
    for texts in ((), (DkimKey.create("x").record(),), (key.record()[:-9],)):
        with pytest.raises(StartupError, match=r"pbx2026\._domainkey\.example\.com"):
            found(*texts)
    assert set(asked) == {"pbx2026._domainkey.example.com"}
    line = key.zone_line("example.com")
    assert max(map(len, line.split('"')[1::2])) <= 255
    assert "".join(line.split('"')[1::2]) == key.record()
    with pytest.raises(StartupError, match="damaged"):
        DkimKey.parse(b"pbx\nnonsense")
    for selector in ("", "a b", "Ä", "-a", "a" * 64, "a.b"):
        with pytest.raises(Invalid):
            DkimKey.create(selector)
    assert not published([], key)
