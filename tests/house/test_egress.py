"""Third parties are reached by declared clients only, and receive what is declared for them (promise X1)."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.house.syntax import nodes
from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.core.errors import StartupError
from unificx.core.personal import VOCABULARY
from unificx.db import Database, Spool
from unificx.integrations.egress import PURPOSES, DisclosureRefused, Vendor, recipients, record_by, set_agreements
from unificx.privacy import Transmissions
from unificx.privacy.models import TransmissionRow
from unificx.privacy.policy import read_source

PACKAGE = Path(__file__).parents[2] / "unificx"
LIBRARIES = {
    "httpcore",
    "imap_tools",
    "imaplib",
    "httpx",
    "aiosmtplib",
    "obstore",
    "requests",
    "smtplib",
    "urllib3",
    "boto3",
    "aiohttp",
    "stripe",
}
CONNECTING = {"open_connection", "create_connection", "urlopen"}
CLIENTS = {
    "caller_certificates.py",
    "http_client.py",
    "imap.py",
    "object_store.py",
    "smtp.py",
    "stripe_payments.py",
    "web_push.py",
    "webhook_client.py",
}
WITHOUT_PERSONAL_DATA = {
    "api/assistants/own_api.py": "the API in this process",
    "cli/api_client.py": "the server of this command",
    "cli/doctor/components.py": "the server of this command",
    "cli/doctor/listeners.py": "listeners of this server",
    "cli/ports.py": "types",
    "integrations/acme/__main__.py": "certificates: host names",
    "integrations/ssrf_guard.py": "check of addresses for the clients",
    "server/connect.py": "the control socket",
    "server/offline.py": "the API in this process",
    "transport/outgoing.py": "SIP to phones and carriers",
}
MAIL = ["user.contact.email", "user.name"]


@pytest.fixture(autouse=True)
def no_agreements() -> None:
    set_agreements({})


def connects(path: Path) -> bool:
    for node in nodes(path.read_text("utf-8")):
        match node:
            case ast.Import(names=names) if any(one.name.partition(".")[0] in LIBRARIES for one in names):
                return True
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in LIBRARIES:
                return True
            case ast.Attribute(attr=name) if name in CONNECTING:
                return True
            case _:
                pass
    return False


@pytest.mark.promise("X1", "S3")
def test_only_declared_modules_open_outgoing_connections() -> None:
    found = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if connects(path)}
    assert found == WITHOUT_PERSONAL_DATA.keys() | {f"integrations/{name}" for name in CLIENTS}


@pytest.mark.promise("X1", "S3")
@pytest.mark.parametrize("name", sorted(CLIENTS))
def test_each_client_discloses_by_the_register(name: str) -> None:
    found = nodes((PACKAGE / "integrations" / name).read_text("utf-8"))
    called = [node.func.attr for node in found if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    assert "disclose" in called


@pytest.mark.promise("X1")
def test_the_register_is_that_of_the_policy() -> None:
    assert PURPOSES.keys() | {"carrier"} == read_source()["recipients"].keys()
    assert all(purposes <= VOCABULARY.purposes.keys() for purposes in PURPOSES.values())
    with pytest.raises(KeyError):
        Vendor("analytics")


@pytest.mark.promise("X1")
def test_a_recipient_receives_what_is_declared_and_nothing_else() -> None:
    mail = Vendor("mail", {"mail.example"})
    with stating(Access("administration", "test")):
        mail.disclose("mail.example", MAIL)
        for host, categories in (("other.example", MAIL), ("mail.example", [*MAIL, "user.device"])):
            with pytest.raises(DisclosureRefused):
                mail.disclose(host, categories)
    with stating(Access("history", "test")), pytest.raises(DisclosureRefused):
        mail.disclose("mail.example", MAIL)
    [listed] = [each for each in recipients() if each.key == "mail"]
    assert listed.disclosures[datetime.now(UTC).date()] >= 1


@pytest.mark.promise("X1", whole=True)
def test_after_the_end_of_an_agreement_nothing_is_disclosed() -> None:
    """X1 as a whole: the register has categories, purposes and the end of the agreement of each recipient; a transfer
    after it is refused. Undeclared recipients, hosts, categories and purposes are refused too
    (`test_the_register_is_that_of_the_policy`, `test_a_recipient_receives_what_is_declared_and_nothing_else`), and no
    code goes around the register (`test_only_declared_modules_open_outgoing_connections`,
    `test_each_client_discloses_by_the_register`). `privacy verify` names agreements that have ended:
    `test_the_demo_passes_and_each_fault_is_named`."""
    today, mail = datetime.now(UTC).date(), Vendor("mail")
    with stating(Access("administration", "test")):
        set_agreements({"UNIFICX_AGREEMENTS": f"mail={today + timedelta(days=1)}, push={today}"})
        mail.disclose("mail.example", MAIL)
        [listed] = [each for each in recipients() if each.key == "mail"]
        assert (listed.agreement_ends, set(MAIL) <= set(listed.categories)) == (today + timedelta(days=1), True)
        assert "administration" in listed.purposes
        set_agreements({"UNIFICX_AGREEMENTS": f"mail={today - timedelta(days=2)}"})
        with pytest.raises(DisclosureRefused):
            mail.disclose("mail.example", MAIL)
        for wrong in ("mail", "mail=soon", "stranger=2027-01-01"):
            with pytest.raises(StartupError):
                set_agreements({"UNIFICX_AGREEMENTS": wrong})
    set_agreements({})


@pytest.mark.promise("S3")
async def test_each_transmission_is_written_down_before_it_is_made(database: Database, tmp_path: Path) -> None:
    spool, mail = Spool(tmp_path / "spool", database), Vendor("mail")
    register = Transmissions(database, spool)
    end = record_by(register.write, {})
    with stating(Access("administration", "test")):
        mail.disclose("mail.example", MAIL)
        mail.disclose("mail.example", [*MAIL, MAIL[0]])
        with pytest.raises(DisclosureRefused):
            mail.disclose("mail.example", ["user.device"])
    end()
    killed = Spool(tmp_path / "spool", database)  # nothing was applied by the process that wrote it
    register = Transmissions(database, killed)
    assert await register.by_day() == {}
    await killed.recover()
    clock = ManualClock(datetime.now(UTC))
    found = {key: count for key, count in (await register.by_day()).items() if key[1] == clock.at.date()}
    assert found == {("mail", clock.at.date()): 2}
    async with database.read() as session:
        [row] = await session.scalars(select(TransmissionRow))
    assert (row.purpose, row.categories, row.count) == ("administration", " ".join(sorted(MAIL)), 2)

    full = Transmissions(database, Spool(tmp_path / "full", database, limit=1))
    end = record_by(full.write, await register.by_day())
    with stating(Access("administration", "test")), pytest.raises(DisclosureRefused, match="recorded"):
        mail.disclose("mail.example", MAIL)
    end()
