"""Dovecot as the mail server of a mailbox: one user, a Maildir, STARTTLS. E-mails are delivered by IMAP APPEND."""

import getpass
import imaplib
import os
import pwd
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from unificx.core.clock import SystemClock
from unificx.integrations.local_ca import Certificates, ensure_certificates

PROGRAM = shutil.which("dovecot", path="/usr/bin:/usr/sbin:/usr/local/sbin")
needs_dovecot = pytest.mark.skipif(PROGRAM is None, reason="dovecot is missing: install dovecot-imapd")
USER, PASSWORD = "desk", "p@ss:word"
_CONFIGURATION = """\
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = {base}/run
state_dir = {base}/run
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_server_cert_file = {certificate}
ssl_server_key_file = {key}
first_valid_uid = 0
mail_driver = maildir
mail_path = {base}/mail
default_internal_user = {internal}
default_login_user = {login}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {owner}
    gid = {group}
    home = {base}
  }}
}}
"""


@dataclass
class Dovecot:
    """A mail server that can be stopped and started again, with its mailbox. `base`: its files, readable by its users;
    `port`: of IMAP with STARTTLS. The CA is `files.authority`."""

    base: Path
    port: int
    files: Certificates

    @property
    def url(self) -> str:
        """The setting for this mailbox."""
        options = "address=support@acme.example&organisation=acme&tls=required"
        return f"imap://{USER}:p%40ss%3Aword@localhost:{self.port}/INBOX?{options}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the server."""
        file = self.base / "dovecot.conf"
        file.write_text(self._configuration())
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", str(PROGRAM), "-F", "-c", str(file)], stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        try:
            # The sockets are bound before this line.
            started = next((line for line in process.stderr if "starting up" in line or "Fatal" in line), "")
            assert "starting up" in started, started
            yield
        finally:
            process.terminate()
            process.communicate()

    def deliver(self, *emails: bytes) -> None:
        """Add e-mails."""
        context = ssl.create_default_context(cafile=str(self.files.authority))
        with imaplib.IMAP4("localhost", self.port) as box:
            box.starttls(context)
            box.login(USER, PASSWORD)
            for raw in emails:
                status, answer = box.append("INBOX", "", "", raw)
                assert status == "OK", answer

    def renumber(self) -> None:
        """Lose all numbers of the mailbox, as after it was restored: UIDVALIDITY changes (RFC 9051 section 2.3.1.1)."""
        for file in (self.base / "mail").glob("dovecot*"):
            file.unlink()

    def _configuration(self) -> str:
        # Its processes give up root. Without root they all run as the user of the tests.
        is_root, own = os.geteuid() == 0, getpass.getuser()
        owner = pwd.getpwnam("mail" if is_root else own)
        (self.base / "mail").mkdir(exist_ok=True)
        with suppress(PermissionError):
            os.chown(self.base / "mail", owner.pw_uid, owner.pw_gid)
        return _CONFIGURATION.format(
            base=self.base,
            certificate=self.files.certificate,
            key=self.files.key,
            internal="dovecot" if is_root else own,
            login="dovenull" if is_root else own,
            port=self.port,
            password=PASSWORD,
            owner=owner.pw_uid,
            group=owner.pw_gid,
        )


@contextmanager
def dovecot(port: int) -> Iterator[Dovecot]:
    """Yield a mail server that does not run yet. The folders of tests are closed to other users, so it has its own."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder:
        base = Path(folder)
        base.chmod(0o755)
        yield Dovecot(base, port, ensure_certificates(base / "tls", ["localhost"], SystemClock()))
