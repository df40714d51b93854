"""Commands: JSON output, which is a stable interface, and text output."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
import typer.testing
from cli_home import CliHome, error_line
from http_world import LISTENING, FakeCall, MailRoute, World
from pyotp.totp import TOTP
from smtp_server import mail_server, settings_of
from structlog.testing import capture_logs
from test_http_greetings import wav

from unificx.cli.output import show_waiting
from unificx.identity import SignedIn, SignInContext, SignInResult, Source
from unificx.identity.schemas import SecondFactorRequired
from unificx.integrations.smtp import SmtpClient


def test_payment_commands(home: CliHome) -> None:
    paid = home.run_json("payment", "record", "--reference", "B-1", "--amount", "49.9")
    assert (paid["amount"], paid["currency"], paid["refund_of"]) == (49_900_000, "EUR", "")
    refund = ("payment", "refund", "B-1", "--reference", "B-2", "--amount")
    at = "--home", str(home.folder)
    assert "larger than the payment" in error_line(home.run(*refund, "50", *at))
    assert "such as 49.90" in error_line(home.run(*refund, "x", *at))
    assert home.run_json(*refund, "9.90")["amount"] == -9_900_000
    assert "-9.90" in home.run_text("payment", "list")
    assert "40.00" in home.run_text("payment", "balance")


def test_plan_and_rate_commands(home: CliHome, tmp_path: Path) -> None:
    at = "--home", str(home.folder)
    create = ("plan", "create", "--name", "Business", "--price")
    assert "any=100,mobile=50" in error_line(home.run(*create, "1", "--included", "any", *at))
    storage = ("--storage-price", "0.1", "--storage-gb", "10", "--extension-storage-gb", "1")
    made = home.run_json(*create, "30", "--extension-price", "2.5", "--included", "any=100,mobile=50", *storage)
    terms = made["terms"][0]
    assert (terms["storage_price"], terms["storage_gb"], terms["extension_storage_gb"]) == (100_000, 10, 1)
    assert made["terms"][0]["included"] == {"": 100, "mobile": 50}
    assert home.run_json("plan", "assign", "Business")["present"]["name"] == "Business"
    changed = home.run_json("plan", "update", "Business", "--price", "40", "--included", "none", "--storage-gb", "20")
    assert [each["storage_gb"] for each in changed["terms"]] == [10, 20]
    assert "10 + 1 per extension" in home.run_text("plan", "show", "Business")
    assert [each["price"] for each in changed["terms"]] == [30_000_000, 40_000_000]
    assert "any: 100, mobile: 50" in home.run_text("plan", "show", "Business")
    assert "30.00" in home.run_text("plan", "charges")
    assert "any group: 0 of" in home.run_text("plan", "charges")
    assert "archive" in error_line(home.run("plan", "delete", "Business", *at)).lower()
    assert home.run_json("plan", "archive", "Business")["archived"]
    assert "pass --end" in error_line(home.run("plan", "assign", *at))
    assert home.run_json("plan", "assign", "--end")["present"] is None
    assert "There is no such plan" in error_line(home.run("plan", "show", "None", *at))
    file = tmp_path / "deck.csv"
    file.write_text("prefix,price\n49,0.01\n")
    deck = home.run_json("rate", "import", str(file), "--name", "Carrier", "--start")["deck"]
    assert home.run_json("billing", "rate-deck", "list") == home.run_json("rate", "list") == [deck]
    assert "0.01" in home.run_text("rate", "show", deck["id"])


def test_tenant_commands(home: CliHome, monkeypatch: pytest.MonkeyPatch) -> None:
    made = home.run_json("tenant", "create", "--slug", "acme", "--domain", "acme.example")
    assert (made["slug"], made["name"]) == ("acme", "acme")
    assert [one["slug"] for one in home.run_json("tenant", "list")] == ["demo", "acme"]
    assert home.run_json("tenant", "update", "acme", "--name", "Acme Ltd")["name"] == "Acme Ltd"
    suspended = home.run_json("tenant", "suspend", "acme", "--reason", "payment", "--text", "Invoice 17")
    assert (suspended["reason"], suspended["text"], suspended["by"]) == ("payment", "Invoice 17", "console")
    assert home.run_json("tenant", "show", "acme")["state"] == "suspended"
    assert home.run_json("tenant", "resume", "acme") == {"resumed": made["id"]}
    assert home.run_json("tenant", "show", "acme")["state"] == "active"
    spoken = home.run_json("tenant", "update", "acme", "--language", "de", "--time-zone", "Europe/Berlin")
    assert (spoken["language"], spoken["time_zone"]) == ("de", "Europe/Berlin")
    assert home.run_json("tenant", "show", made["id"])["name"] == "Acme Ltd"
    with monkeypatch.context() as patched:
        patched.setattr("unificx.cli.output.is_terminal", lambda: True)
        refused = home.run("tenant", "delete", "acme", "--home", str(home.folder), stdin="y\n")
    assert (refused.exit_code, "Type acme to confirm" in refused.stderr) == (2, True)
    assert home.run_json("tenant", "delete", "acme") == {"deleted": made["id"], "invoices": 0}
    assert [one["slug"] for one in home.run_json("tenant", "list")] == ["demo"]


def test_extension_commands(home: CliHome) -> None:
    made = home.run_json(
        "extension", "create", "--tenant", "demo", "--number", "1001", "--name", "Reception", "--email", "r@example.com"
    )
    assert made["number"] == "1001"
    assert made["person_id"]
    assert made["sip"].keys() >= {"username", "password", "domain", "uri"}
    assert (made["sip"]["domain"], made["sip"]["uri"]) == ("demo.example", "sip:1001@demo.example")
    assert [one["number"] for one in home.run_json("extension", "list", "--tenant", "demo")] == ["1001"]
    assert home.run_json("extension", "show", "1001")["id"] == made["id"]
    changed = home.run_json("extension", "update", "1001", "--name", "Front desk", "--ring-seconds", "45")
    assert (changed["name"], changed["ring_seconds"]) == ("Front desk", 45)
    options = ["--forward-always", "mailbox:1001", "--do-not-disturb", "on", "--callers", "inside"]
    changed = home.run_json("extension", "update", "1001", *options)
    assert (changed["forward_always"], changed["do_not_disturb"]) == ("mailbox:1001", True)
    changed = home.run_json("extension", "update", "1001", "--presence", "lunch", "--forward-always", "off")
    assert (changed["forward_always"], changed["presence"]) == ("off", "lunch")
    assert home.run_json("extension", "delete", "1001") == {"deleted": made["id"]}
    assert home.run_json("extension", "list") == []


def test_device_commands(home: CliHome) -> None:
    home.run_json("extension", "create", "--number", "1001", "--name", "Reception")
    made = home.run_json("device", "create", "--extension", "1001", "--name", "Desk", "--kind", "softphone")
    assert made["kind"] == "softphone"
    assert len(home.run_json("device", "list", "--extension", "1001")) == 2
    assert len(home.run_json("device", "list")) == 2
    assert home.run_json("device", "update", made["id"], "--disable")["enabled"] is False
    assert home.run_json("device", "update", made["id"], "--enable", "--name", "Table")["name"] == "Table"
    assert home.run_json("device", "renew", made["id"])["sip"]["password"] != made["sip"]["password"]
    assert home.run_json("device", "show", made["id"])["id"] == made["id"]
    assert home.run_json("device", "delete", made["id"]) == {"deleted": made["id"]}
    assert len(home.run_json("device", "list")) == 1


@pytest.mark.promise("T3")
def test_the_audit_log_is_verified_and_a_change_is_named(home: CliHome, tmp_path: Path) -> None:
    home.run_json("trunk", "create", "--name", "carrier", "--server", "192.0.2.1")
    [entry] = home.run_json("privacy", "log", "list", "--action", "create_trunk")
    assert (entry["actor"], entry["object"].partition(":")[0]) == (None, "trunk")
    proof = home.run_json("privacy", "log", "proof", str(entry["position"]))
    head = home.run_json("privacy", "log", "head")
    assert proof["head"] == head
    assert home.run_json("privacy", "log", "verify")["ok"]
    exported, heads = tmp_path / "log.jsonl", tmp_path / "heads.jsonl"
    exported.write_text(home.run_text("privacy", "log", "export"))
    heads.write_text(json.dumps(head) + "\n")
    for more in ((), (str(exported),), ("--heads", str(heads)), (str(exported), "--heads", str(heads))):
        assert "complete" in home.run_text("privacy", "log", "verify", *more)
    changed = exported.read_text().replace("create_trunk", "create_route")
    exported.write_text(changed)
    result = home.run("privacy", "log", "verify", str(exported))
    assert (result.exit_code, f"entry {entry['position']}" in result.stderr) == (1, True)
    exported.write_text(changed[:-20])
    assert "cut off" in error_line(home.run("privacy", "log", "verify", str(exported)))


@pytest.mark.promise("D3", "R4")
def test_a_person_is_erased_and_the_receipt_is_verified(home: CliHome, tmp_path: Path) -> None:
    home.run_json("person", "create", "--name", "Ada", "--email", "ada@example.com", "--number", "1001")
    to = ("--then", "extension:1001", "--otherwise", "hangup")
    home.run_json("hours", "create", "--name", "office", "--open", "mon-fri 09:00-17:00", *to)
    planned = ("privacy", "erase", "--subject", "1001", "--dry-run")
    assert "Leads nowhere afterwards: hours:office." in home.run(*planned, "--home", str(home.folder)).stdout
    plan = home.run_json(*planned)
    assert {each["kind"]: each["count"] for each in plan["held"]}["extensions"] == 1
    with capture_logs():
        receipt = home.run_json("privacy", "erase", "--subject", "ada@example.com")
    assert home.run_json("privacy", "erase", "--subject", receipt["person"]) == receipt
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt, indent=2))
    check = ("privacy", "check-receipt", str(file), "--fingerprint")
    assert home.run_json(*check, plan["fingerprint"])["id"] == receipt["id"]
    assert "Stays: The account's random id" in home.run(*check, plan["fingerprint"]).stdout
    assert "another key" in error_line(home.run(*check, "0" * 64))
    file.write_text(json.dumps({**receipt, "removed": []}))
    assert "signature" in error_line(home.run(*check, plan["fingerprint"]))
    assert "no such person" in error_line(
        home.run("privacy", "erase", "--subject", "unknown", "--home", str(home.folder))
    )


def test_an_erasure_is_scheduled_and_cancelled(home: CliHome) -> None:
    made = home.run_json("person", "create", "--name", "Ada", "--email", "ada@example.com", "--number", "1001")
    erase = ("privacy", "erase", "--subject", "1001")
    assert home.run_json(*erase, "--after", "14")["person_id"] == made["id"]
    assert home.run_json(*erase, "--dry-run")["scheduled"] is not None
    assert home.run_json(*erase, "--cancel") == {"cancelled": "1001"}
    assert "scheduled" in error_line(home.run(*erase, "--cancel", "--home", str(home.folder)))
    number = ("privacy", "erase", "--subject", "+491701234567", "--after", "14", "--home", str(home.folder))
    assert "account" in error_line(home.run(*number))


def test_holds_are_placed_listed_and_released(home: CliHome) -> None:
    home.run_json("person", "create", "--name", "Ada", "--email", "ada@example.com", "--number", "1001")
    place = ("privacy", "holds", "place", "--authority", "Court", "--reason", "12 O 3/26", "--review", "2030-01-01")
    assert "nothing to hold" in error_line(home.run(*place, "--subject", "1001", "--home", str(home.folder)))

    async def call(world: World) -> str:
        tenant = next(each for each in world.identity.directory.tenants() if each.slug != "operator")
        await world.record_call(tenant, "+491701234567", "1001")
        return (await world.services.history.list(tenant.id)).items[0].id

    held = asyncio.run(home.with_world(call))
    made = home.run_json(*place, "--call", held)
    assert (made["objects"], home.run_json("privacy", "holds")) == ({"call": 1}, [made])
    assert "Court" in home.run_text("privacy", "holds", "list")
    assert home.run_json("privacy", "holds", "release", made["id"])["released"] is not None
    assert home.run("privacy", "holds", "place", "--call", held).exit_code == 2


@pytest.mark.promise("U6")
def test_requests_about_personal_data_are_listed_and_shown(home: CliHome) -> None:
    home.run_json("person", "create", "--name", "Ada", "--email", "ada@example.com", "--number", "1001")
    assert home.run_json("privacy", "requests") == []
    assert "no requests" in home.run_text("privacy", "requests")

    async def enter(world: World) -> str:
        tenant = next(each for each in world.identity.directory.tenants() if each.slug != "operator")
        console = world.client(operator=True)
        body = {"kind": "complaint", "text": "Too many calls.", "name": "Eve Outside"}
        answer = await console.post("/api/v1/privacy-requests", params={"tenant": tenant.id}, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    made = asyncio.run(home.with_world(enter))
    [listed] = home.run_json("privacy", "requests", "list")
    assert (listed["id"], listed["kind"], listed["overdue"]) == (made, "complaint", False)
    assert "Eve Outside" in home.run_text("privacy", "requests")
    assert "Too many calls." in home.run_text("privacy", "requests", "show", made)
    assert home.run_json("privacy", "requests", "show", made)["id"] == made
    assert home.run_json("privacy", "requests", "--closed") == []
    assert home.run("privacy", "requests", "show").exit_code == 2
    assert home.run("privacy", "requests", "close").exit_code == 2
    assert home.run_json("privacy", "handovers") == []
    assert home.run_json("history", "usage") == {"people": None, "months": []}
    assert "Fewer than ten people" in home.run_text("history", "usage")
    assert "Nothing was handed over." in home.run_text("privacy", "handovers")


def test_emails_are_listed_with_the_answer_of_the_mail_server(home: CliHome, tmp_path: Path) -> None:
    made = [home.run_json("person", "create", "--name", one, "--email", f"{one}@example.com") for one in ("ada", "ben")]

    async def send(world: World) -> None:
        queue, users = world.services.notifications.emails, world.identity.users
        async with mail_server(tmp_path / "mail", tls="none", auth=False) as server:
            route = queue._deps.transport
            assert isinstance(route, MailRoute)
            route.server = SmtpClient(settings_of(server, login="", options=""))
            server.refusals = ["450 4.2.0 Try later", "550 5.1.1 No such mailbox"]
            for one in made:
                person = await users.get(one["tenant_id"], one["id"])
                assert await queue.enqueue(person, "new_device", detail="a phone")
            await queue.deliver()

    asyncio.run(home.with_world(send))
    failed, deferred = (each for each in home.run_json("mail", "list") if each["status"])
    assert deferred["state"] == "deferred"
    text = home.run_text("mail", "list")
    for part in ("next try", deferred["next_try"][11:19], "450 4.2.0 Try later", "550 5.1.1 No such mailbox"):
        assert part in text
    assert failed["queued"][11:19] in home.run_text("mail", "undeliverable")


def test_reports_are_sent_to_an_administrator_named_by_the_address(home: CliHome) -> None:
    person = ("--name", "Ada", "--email", "ada@example.com", "--role", "tenant_admin")
    made = home.run_json("person", "create", *person, "--password-stdin", stdin="a lantern beside the harbour\n")
    assert home.run_json("report", "add", "Ada@Example.com", "weekly") == {"person": made["id"], "every": "weekly"}
    assert "Ada" in home.run_text("report", "list")
    assert home.run_json("report", "remove", made["id"], "weekly")["every"] == "weekly"
    wrong = ("report", "send", "a@b.example", "daily", "--home", str(home.folder))
    assert "No account has this e-mail address." in error_line(home.run(*wrong))


def test_a_sign_in_code_is_shown(home: CliHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a QR code only if a phone reaches the address in it."""
    home.run_json("extension", "create", "--number", "1001", "--name", "Ada Example", "--email", "ada@example.com")
    home.run_json("extension", "create", "--number", "1002", "--name", "Lobby")
    for reference in ("1001", "ada@example.com"):
        made = home.run_json("person", "sign-in-code", reference)
        assert made.keys() == {"id", "url", "expires"}
        assert made["url"].startswith(f"{LISTENING}/app/#sign-in=")
    shown = home.run_text("person", "sign-in-code", "1001")
    assert "/app/#sign-in=" in shown
    assert "in a browser on this machine" in shown
    assert "█▀" not in shown
    monkeypatch.setattr("http_world.LISTENING", "https://pbx.example.com")
    shown = home.run_text("person", "sign-in-code", "1001")
    assert "https://pbx.example.com/app/#sign-in=" in shown
    assert "█▀" in shown
    unreachable = error_line(home.run("person", "sign-in-code", "1002", "--home", str(home.folder)))
    assert "has no user" in unreachable


def test_second_factors_can_be_reset(home: CliHome) -> None:
    made = home.run_json(
        "person", "create", "--name", "Ada", "--email", "a@example.com", "--password-stdin", stdin="long enough 1\n"
    )

    async def enter(world: World) -> SignInResult:
        return await world.identity.sign_in.by_password("a@example.com", "long enough 1", SignInContext())

    async def set_up(world: World) -> None:
        signed_in = await enter(world)
        assert isinstance(signed_in, SignedIn)
        principal = signed_in.principal
        begun = await world.identity.mfa.start_totp_enrollment(principal, "Phone")
        code = TOTP(begun.secret).at(int(world.clock.now().timestamp()))
        await world.identity.mfa.confirm_totp(principal, begun.id, code, Source())

    asyncio.run(home.with_world(set_up))
    assert isinstance(asyncio.run(home.with_world(enter)), SecondFactorRequired)
    assert home.run_json("person", "reset-factors", "a@example.com") == {"reset": made["id"]}
    assert isinstance(asyncio.run(home.with_world(enter)), SignedIn)


def test_person_commands(home: CliHome) -> None:
    made = home.run_json("person", "create", "--name", "Ada", "--email", "Ada@example.com")
    assert made["state"] == "invited"
    assert home.run_json("person", "show", "ada@EXAMPLE.com")["id"] == made["id"]
    assert home.run_json("person", "show", made["id"])["name"] == "Ada"
    once = home.run_json("person", "password", "ada@example.com")
    assert len(once["password"]) >= 10
    own = home.run_json("person", "password", "ada@example.com", "--password-stdin", stdin="a long enough one\n")
    assert "password" not in own
    assert home.run_json("person", "update", "ada@example.com", "--role", "tenant_admin")["role"] == "tenant_admin"
    assert home.run_json("person", "suspend", "ada@example.com", "--reason", "security")["reason"] == "security"
    assert home.run_json("person", "show", "ada@example.com")["state"] == "suspended"
    assert home.run_json("person", "resume", "ada@example.com") == {"resumed": made["id"]}
    assert home.run_json("person", "show", "ada@example.com")["state"] == "active"
    ben = home.run_json(
        "person", "create", "--name", "Ben", "--email", "b@example.com", "--password-stdin", stdin="long enough 1\n"
    )
    assert ben["state"] == "active"
    assert home.run_json("person", "delete", "b@example.com") == {"deleted": ben["id"]}
    assert [one["name"] for one in home.run_json("person", "list")] == ["Ada"]


def test_live_call_commands(home: CliHome) -> None:
    tenant = home.run_json("tenant", "show", "demo")["id"]
    home.calls = [FakeCall("call-1", tenant, home.clock.now())]
    assert [one["id"] for one in home.run_json("calls", "list")] == ["call-1"]
    shown = home.run_text("calls", "list", "--tenant", "demo")
    assert "talking" in shown
    assert f"{home.calls[0].started:%Y-%m-%d %H:%M:%S} UTC" in shown
    assert home.run_json("calls", "hangup", "call-1") == {"ended": "call-1"}
    assert home.run_json("calls", "list") == []
    assert "no such call" in error_line(home.run("calls", "hangup", "call-1", "--home", str(home.folder)))


def test_history_json(home: CliHome) -> None:
    home.run_json("tenant", "create", "--slug", "acme", "--domain", "acme.example")
    for slug in ("demo", "acme"):
        for number in ("1001", "1002"):
            home.run_json("extension", "create", "--tenant", slug, "--number", number, "--name", f"Phone {number}")

    async def add_calls(world: World) -> list[str]:
        tenants = [await world.identity.tenants.get(slug) for slug in ("demo", "acme", "demo")]
        return [await world.record_call(tenant, "1001", "1002") for tenant in tenants]

    calls = asyncio.run(home.with_world(add_calls))
    found = home.run_json("history", "list")
    assert [one["id"] for one in found] == calls[::-1]
    promised = {"id", "direction", "caller", "callee", "started", "answered", "ended", "talk_seconds"}
    assert found[0].keys() >= promised | {"outcome", "recorded", "quality"}
    assert (found[0]["caller"], found[0]["callee"], found[0]["talk_seconds"]) == ("1001", "1002", 30)
    assert [one["id"] for one in home.run_json("history", "list", "--tenant", "acme")] == [calls[1]]
    assert [one["id"] for one in home.run_json("history", "list", "--limit", "1")] == [calls[2]]
    assert home.run_json("history", "list", "--outcome", "busy") == []
    since = found[0]["started"]
    assert [one["id"] for one in home.run_json("history", "list", "--since", since)] == [calls[2]]
    assert len(home.run_json("history", "list", "--tenant", "demo", "--extension", "1001")) == 2


def test_lists_include_all_pages(home: CliHome) -> None:
    from unificx.identity import NewExtension

    async def many(world: World) -> None:
        tenant = await world.identity.tenants.get("demo")
        for number in range(1000, 1205):
            await world.identity.extensions.create(tenant.id, NewExtension(str(number), "Phone"))

    asyncio.run(home.with_world(many))
    assert len(home.run_json("extension", "list")) == 205


@pytest.mark.promise("V1")
def test_the_privacy_policy(home: CliHome) -> None:
    shown = home.run_json("privacy", "policy")
    [*_, newest] = home.run_json("privacy", "policy", "versions")
    assert shown["version"] == newest["version"]
    assert shown["content"]["data"]["user.name"]["purposes"]
    assert home.run_json("privacy", "policy", "diff", newest["version"], str(newest["number"])) == []
    assert "H1" in home.run_text("privacy", "policy", "show")
    assert "two versions" in error_line(home.run("privacy", "policy", "diff", "1"))
    assert "no version" in error_line(home.run("privacy", "policy", "diff", "1", "9999"))


def test_the_rotation_of_keys(home: CliHome) -> None:
    home.run_json("extension", "create", "--number", "1001", "--name", "Reception", "--email", "r@example.com")
    people = home.run_json("person", "list")
    for options, done in ((["--tenant", "demo"], 1), ([], 2)):
        with capture_logs():
            status = home.run_json("privacy", "keys", "rotate", *options)
        assert (status["running"], status["failure"], status["done"] >= done) == (False, "", True), status
    assert home.run_json("person", "list") == people
    assert "wrapped anew" in home.run_text("privacy", "keys")
    rotate = ("privacy", "keys", "rotate", "--home", str(home.folder), "--master")
    assert "does not come from a file" in error_line(home.run(*rotate))
    assert "belongs to no tenant" in error_line(home.run(*rotate, "--tenant", "demo"))


def test_the_privacy_map(home: CliHome) -> None:
    assert {one["table"] for one in home.run_json("privacy", "map")["held"]} >= {"person", "device", "call_party"}
    assert "person.name" in home.run_text("privacy", "map")


def test_text_output_is_a_table(home: CliHome) -> None:
    login = home.run_text("extension", "create", "--number", "1001", "--name", "Reception [bold]")
    assert "SIP password" in login
    assert "cannot be shown again" in login
    table = home.run_text("extension", "list")
    assert "Reception [bold]" in table
    assert "1001" in table
    assert "Demo" in home.run_text("tenant", "list")
    assert "demo.example" in home.run_text("tenant", "show", "demo")
    assert "There are no calls yet." in home.run_text("history", "list")
    assert "The extension was deleted." in home.run_text("extension", "delete", "1001")


def test_output_has_no_terminal_control_characters(home: CliHome) -> None:
    tenant = home.run_json("tenant", "show", "demo")["id"]
    home.calls = [FakeCall("call-1", tenant, home.clock.now(), caller="\x1b]0;owned\x07\x1b[2J")]
    shown = home.run_text("calls", "list")
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert json.loads(home.run("calls", "list", "--home", str(home.folder), "--json").stdout)


def test_version_and_up(home: CliHome) -> None:
    assert home.run("--version").stdout.startswith("unificx ")
    assert home.run("up", "--http", "127.0.0.1:0").stdout == "up at 127.0.0.1:0\n"
    assert "Manage tenants" in home.run("--help").stdout


def test_room_commands(home: CliHome) -> None:
    home.run_json("extension", "create", "--number", "1001", "--name", "Reception")
    made = home.run_json("room", "create", "--tenant", "demo", "--number", "8000", "--pin", "4711", "--host", "1001")
    assert (made["number"], made["name"], made["has_pin"], made["hosts"]) == ("8000", "8000", True, ["1001"])
    assert [one["id"] for one in home.run_json("room", "list", "--tenant", "demo")] == [made["id"]]
    changed = home.run_json("room", "update", "8000", "--name", "Board", "--pin", "", "--wait-for-host")
    assert (changed["name"], changed["has_pin"], changed["wait_for_host"]) == ("Board", False, True)
    assert home.run_json("room", "show", made["id"])["name"] == "Board"
    assert "Board" in home.run_text("room", "list")
    assert home.run_json("room", "participants", "8000") == []
    assert "not in this room" in error_line(home.run("room", "end", "8000", "--home", str(home.folder)))
    refused = home.run("room", "record", "8000", "--off", "--video", "--home", str(home.folder))
    assert (refused.exit_code, "start of a recording" in refused.stderr) == (2, True)
    assert "already in use" in error_line(
        home.run("extension", "create", "--number", "8000", "--name", "X", "--home", str(home.folder))
    )
    assert home.run_json("room", "delete", "8000") == {"deleted": made["id"]}
    assert home.run_json("room", "list") == []


@pytest.mark.promise("C9")
def test_custom_sounds_and_greetings(home: CliHome) -> None:
    home.run_json("extension", "create", "--tenant", "demo", "--number", "1001", "--name", "Reception")
    file = home.folder / "tone.wav"
    file.write_bytes(wav(500))
    made = home.run_json("sound", "set", "voicemail/leave", "--file", str(file), "--language", "de")
    assert (made["language"], made["name"]) == ("de", "voicemail/leave")
    assert home.run_json("sound", "set", "music/hold", "--file", str(file), "--speaker", "1001")["language"] == "any"
    assert len(home.run_json("sound", "list")) == 2
    assert [one["name"] for one in home.run_json("sound", "prompts", "--language", "de") if one["own"]] == [
        "voicemail/leave"
    ]
    for name, language in (("voicemail/leave", "de"), ("music/hold", "en")):
        gone = home.run("sound", "delete", name, "--language", language, "--home", str(home.folder))
        assert gone.stdout.splitlines()[-1] == "The standard sound was restored."
    assert home.run_json("sound", "list") == []
    greeting = home.run_json("mailbox", "greet", "1001", "--kind", "busy", "--file", str(file))
    assert home.run_json("mailbox", "greetings", "1001") == [greeting]
    gone = home.run("mailbox", "greet", "1001", "--kind", "busy", "--off", "--home", str(home.folder))
    assert gone.stdout.splitlines()[-1] == "The standard greeting is played."
    assert home.run_json("mailbox", "greetings", "1001") == []
    for wrong in (
        ("sound", "set", "voicemail/leave"),
        ("sound", "set", "leave", "--file", str(file)),
        ("sound", "set", "voicemail/leave", "--file", str(home.folder / "nowhere.wav")),
        ("mailbox", "greet", "1001", "--file", str(file), "--text", "Both"),
    ):
        answer = home.run(*wrong, "--home", str(home.folder), "--json")
        assert answer.exit_code == 2
        error_line(answer)


def test_shared_mailbox_commands(home: CliHome) -> None:
    for number in ("1001", "1002"):
        home.run_json("extension", "create", "--tenant", "demo", "--number", number, "--name", f"Extension {number}")
    made = home.run_json(
        *("mailbox", "create", "--tenant", "demo", "--number", "7900", "--name", "Sales", "--members", "1001,1002")
    )
    assert (made["number"], made["name"], made["members"]) == ("7900", "Sales", ["1001", "1002"])
    assert (
        home.run_json("mailbox", "update", "7900", "--members", "1001", "--no-lamp", "--pin", "8264")["has_pin"] is True
    )
    assert [one["members"] for one in home.run_json("mailbox", "list")] == [["1001"]]
    assert home.run_json("mailbox", "update", "7900", "--off")["enabled"] is False
    assert home.run_json("mailbox", "switch", "1001", "--off")["enabled"] is False
    assert home.run_json("mailbox", "switch", "--off", "--old-messages", "keep")["enabled"] is False
    assert home.run_json("mailbox", "switch", "--on")["enabled"] is True
    assert home.run_json("mailbox", "mail")["mail_sound"] is True
    assert home.run_json("mailbox", "mail", "--no-sound")["mail_sound"] is False
    settings = home.run_json("mailbox", "mail", "1001", "--off", "--caller", "--no-sound")
    assert (settings["mail"], settings["mail_caller"], settings["mail_sound"]) == (False, True, False)
    for wrong in (("mail", "1001", "--sound"), ("mail", "--off")):
        error_line(home.run("mailbox", *wrong, "--home", str(home.folder)))
    assert home.run_json("mailbox", "mail", "1001") == settings
    assert home.run_json("mailbox", "show", "7900")["id"] == made["id"]
    gone = home.run("mailbox", "delete", "7900", "--home", str(home.folder), "--json")
    # The server runs in this process, and its log lines come first.
    assert json.loads(gone.stdout.splitlines()[-1]) == {"deleted": made["id"]}


def test_people_are_imported_from_a_file(home: CliHome, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name;email;number\nAda Example;ada@example.com;next\nBen;ben@example.com;12x\n", "latin-1")
    preview = home.run_json("person", "import", str(file), "--dry-run")
    assert (preview["applied"], preview["created"], preview["refused"]) == (False, 1, 1)
    refused = home.run("person", "import", str(file), "--home", str(home.folder))
    assert refused.exit_code == 2
    assert "line 3, number: A number has 2 to 8 digits." in refused.stdout
    assert "Nothing was imported. Rows with a fault: 1 of 2." in refused.stderr
    assert home.run_json("person", "list") == []
    done = home.run_json("person", "import", str(file), "--skip-faulty")
    assert (done["applied"], done["created"], done["refused"]) == (True, 1, 1)
    assert [one["number"] for one in home.run_json("extension", "list")] == ["1001"]
    again = home.run_text("person", "import", str(file), "--skip-faulty")
    assert "Imported: 0 new, 0 changed, 1 unchanged, 1 with a fault." in again
    missing = home.run("person", "import", str(tmp_path / "none.csv"))
    assert "cannot be read" in error_line(missing)


def test_an_import_shows_on_a_terminal_what_it_waits_for(
    home: CliHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,email\nAda,ada@example.com\nBen,ben@example.com\n")
    quiet = home.run("person", "import", str(file), "--home", str(home.folder), "--dry-run")
    assert quiet.stderr == ""
    monkeypatch.setattr(typer.testing._NamedTextIOWrapper, "isatty", lambda stream: True)
    shown = home.run("person", "import", str(file), "--home", str(home.folder))
    assert shown.exit_code == 0, shown.stderr
    assert shown.stderr == "Checking the file \nImporting 2 rows, all or none \n"


async def test_waiting_is_shown_in_seconds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda _: sleep(0))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    written = ""
    async with show_waiting("Importing"):
        while "\rImporting: 2 s " not in written:
            await sleep(0)
            written += capsys.readouterr().err
    assert capsys.readouterr().err.endswith("\n")


def test_an_import_of_people_is_undone(home: CliHome, tmp_path: Path) -> None:
    assert "There are no imports." in home.run_text("person", "imports")
    file = tmp_path / "people.csv"
    file.write_text("name,email,number\nAda Example,ada@example.com,next\nBen,ben@example.com,\n")
    printed = home.run_text("person", "import", str(file))
    [made] = home.run_json("person", "imports")
    assert f"To undo it: unificx person undo-import {made['id']}" in printed
    assert (made["created"], made["updated"], made["reverted"]) == (2, 0, None)
    home.run_json("person", "update", "ben@example.com", "--name", "Benedict")
    assert "changed" in home.run_text("person", "undo-import", made["id"], "--dry-run")
    assert len(home.run_json("person", "list")) == 2
    answer = home.run("person", "undo-import", made["id"], "--home", str(home.folder), "--json")
    # The server runs in this process, and its log lines come first.
    report = json.loads(answer.stdout.splitlines()[-1])
    assert (report["applied"], report["deleted"], report["skipped"]) == (True, 1, 1)
    assert [one["name"] for one in home.run_json("person", "list")] == ["Benedict"]
    assert home.run_json("extension", "list") == []
    again = home.run("person", "undo-import", made["id"], "--home", str(home.folder))
    assert "This import was undone already." in error_line(again)


def test_routes_are_listed_by_position(home: CliHome) -> None:
    where = ("--tenant", "demo")
    home.run_json("trunk", "create", "--name", "first", "--server", "carrier.example", *where)
    for name, position in (("last", "30"), ("first", "10"), ("middle", "20")):
        create = ("route", "create", "--name", name, "--pattern", "+.", "--trunks", "first", "--position", position)
        home.run_json(*create, *where)
    assert [each["name"] for each in home.run_json("route", "list", *where)] == ["first", "middle", "last"]


def test_trunk_commands(home: CliHome) -> None:
    login = ("--username", "4930123", "--password", "secret-1")
    limits = ("--max-calls", "5", "--accept-from", "192.0.2.0/24")
    made = home.run_json(
        "trunk",
        "create",
        "--tenant",
        "demo",
        "--name",
        "carrier",
        "--server",
        "sip.example.com:5070",
        "--transport",
        "tcp",
        *login,
        "--register",
        *limits,
    )
    assert (made["server"], made["transport"], made["registers"], made["has_password"]) == (
        "sip.example.com:5070",
        "tcp",
        True,
        True,
    )
    assert (made["max_calls"], made["accept_from"], made["username"]) == (5, ["192.0.2.0/24"], "4930123")
    assert "secret-1" not in str(made)
    listed = home.run_json("trunk", "list", "--tenant", "demo")
    assert [(one["id"], one["state"], one["since"]) for one in listed] == [(made["id"], "unreachable", made["created"])]
    changed = home.run_json("trunk", "update", "carrier", "--max-calls", "0", "--no-register", "--check-seconds", "0")
    assert (changed["max_calls"], changed["registers"], changed["check_seconds"]) == (None, False, 0)
    assert home.run_json("trunk", "update", "carrier", "--accept-from", "")["accept_from"] == []
    assert "sipgate" in home.run_text("trunk", "templates")
    assert home.run_json("trunk", "test", "carrier")["status"] == 403
    office = home.run_json("trunk", "create", "--name", "office", "--template", "sipgate", *login)
    assert (office["server"], office["number_format"]) == ("sipconnect.sipgate.de", "e164")
    wrong = home.run("trunk", "create", "--name", "office", "--server", "sip.example.com", "--home", str(home.folder))
    assert "already exists" in error_line(wrong)
    assert home.run_json("trunk", "delete", "office") == {"deleted": office["id"]}
    assert "carrier" in home.run_text("trunk", "list")
    number = ("number", "create", "--number", "+49301234500", "--trunk", "carrier", "--to", "hangup")
    alone = home.run(*number, "--extensions", "10##", "--home", str(home.folder))
    assert "Add --up-to" in error_line(alone)
    added = home.run_text(*number, "--up-to", "09", "--extensions", "10##")
    assert "10 numbers were added; 0 of them lead to extensions." in added
