"""Every error is a problem document with a hint, and without sensitive content."""

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import structlog
from http_world import PASSWORD, World
from sqlalchemy import event
from sqlalchemy.exc import TimeoutError as PoolTimeout

from unificx.api import middleware
from unificx.api.problem_texts import translated
from unificx.api.schemas.core import REFERENCE
from unificx.api.validation_messages import validation_message
from unificx.core.phrases import Phrase, first_of
from unificx.db import DatabaseUnreachable
from unificx.privacy import Period
from unificx.recording import TenantRecordingPolicyChange
from unificx.routing import CodeUse

SECRET = "hunter2-canary"


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    """Return the problem document of a response, after checking its format (RFC 9457)."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"]
    assert problem["title"]
    assert problem["detail"]
    return problem


async def test_an_error_names_the_field_and_has_a_hint(world: World) -> None:
    operator = world.client(operator=True)
    body = {"number": "1001", "name": "Reception"}
    assert (await operator.post("/api/v1/extensions?tenant=acme", json=body)).status_code == 201
    problem = is_problem(await operator.post("/api/v1/extensions?tenant=acme", json=body), 409)
    assert (problem["type"], problem["field"]) == ("urn:unificx:problem:conflict", "number")
    emergency = await operator.post("/api/v1/extensions?tenant=acme", json={**body, "number": "112"})
    assert is_problem(emergency, 422)["field"] == "number"
    missing = is_problem(await operator.get("/api/v1/extensions/4711?tenant=acme"), 404)
    assert missing["type"] == "urn:unificx:problem:not-found"


@pytest.mark.parametrize(
    ("language", "detail", "hint", "about_the_name"),
    [
        ("de-AT, en;q=0.5", "Diese Nummer ist schon vergeben.", "Wählen Sie eine andere: ", "name ist erforderlich."),
        ("fr", "This number is already in use.", "Choose another one: ", "name is required."),
    ],
)
async def test_an_error_is_in_the_language_of_the_caller(
    world: World, language: str, detail: str, hint: str, about_the_name: str
) -> None:
    operator = world.client(operator=True, **{"Accept-Language": language})
    body = {"number": "1001", "name": "Reception"}
    assert (await operator.post("/api/v1/extensions?tenant=acme", json=body)).status_code == 201
    answer = await operator.post("/api/v1/extensions?tenant=acme", json=body)
    problem = is_problem(answer, 409)
    assert (problem["detail"], problem["hint"][: len(hint)]) == (detail, hint)
    assert answer.headers["content-language"] == language[:2].replace("fr", "en")
    unnamed = is_problem(await operator.post("/api/v1/extensions?tenant=acme", json={"number": "1002"}), 422)
    assert unnamed["detail"] == about_the_name


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (Phrase("Line {} is not CSV.", 7), "Zeile 7 ist kein CSV."),
        (Phrase("A campaign has at most {} recipients.", 20_000), "Eine Kampagne hat höchstens 20.000 Empfänger."),
        (
            Phrase("The trunk {} is used by {}.", "calls", first_of(["1"] * 3)),
            "Der Trunk calls wird noch verwendet: 1, 1, 1.",
        ),
        (
            Phrase("{} is used by {}.", "menu:{0}", first_of(range(12))),
            "menu:{0} wird noch verwendet: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 und 2 weitere.",
        ),
        (
            Phrase("Messages are stored for {} at most here.", Period(1, 6, 1).text),
            "Nachrichten werden hier höchstens 1 Jahr 6 Monate 1 Tag gespeichert.",
        ),
        (
            Phrase("Prices change on {} at the earliest, and at most a year later.", date(2026, 2, 1)),
            "Preise ändern sich frühestens am 01.02.2026 und höchstens ein Jahr später.",
        ),
        (
            Phrase("{} is dialled for {}.", "*43", CodeUse("feature", "echo", "*43").text),
            "*43 ist schon vergeben: Code *43 (Echotest: Sie hören sich selbst).",
        ),
        ("A text without a German one.", "A text without a German one."),
        ("calls {}", "calls {}"),
    ],
)
def test_a_german_text_has_the_values_of_the_english_one(english: str, german: str) -> None:
    """A value that the catalogue has too, such as the name of a trunk, is not translated."""
    assert translated(english, "de") == german
    assert translated(english, "en") == english


async def test_a_change_that_another_process_prevents_is_to_be_repeated(world: World, tmp_path: Path) -> None:
    operator = world.client(operator=True)
    tenant = {"slug": "second", "name": "Second", "domain": "second.example"}
    assert (await operator.post("/api/v1/tenants", json=tenant)).status_code == 201
    to, new = "/api/v1/extensions?tenant=second", {"number": "1001", "name": "Reception"}
    [store] = tmp_path.rglob("keys.db")
    with closing(sqlite3.connect(store, isolation_level=None)) as other:  # as another process would open it
        other.execute("BEGIN IMMEDIATE")
        answer = await operator.post(to, json=new)  # needs the first key of its tenant
        problem = is_problem(answer, 503)
        assert (problem["code"], answer.headers["retry-after"]) == ("away", "1")
        assert problem["detail"] == "Another process uses the key store."
        other.execute("ROLLBACK")
        assert (await operator.post(to, json=new)).status_code == 201, "the refused one left nothing"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": "a@b.example"}, "password"),
        ({"email": "a@b.example", "password": [SECRET]}, "password"),
        ({"email": "a@b.example", "password": SECRET * 30}, "password"),
        ({"email": "a@b.example", "password": SECRET, "keep": SECRET}, "keep"),
        ({"email": SECRET * 40, "password": SECRET}, "email"),
        ({"email": "a@b.example", "password": SECRET, "extra": SECRET}, "extra"),
    ],
)
async def test_invalid_values_are_named_but_not_echoed(
    world: World,
    body: dict[str, Any],
    field: str,
) -> None:
    answer = await world.client().post("/api/v1/sessions", json=body)
    assert field in [one["field"] for one in is_problem(answer, 422)["errors"]]
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"email": "\\ud800", "password": "x"}',
        b'{"email": "a@b.example", "password": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"email": "\\u0000", "password": "\\u0000"}',
        b'{"email": NaN, "password": 1e999}',
        b'{"email": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"email": "a", "email": "b"}',
    ],
)
async def test_malformed_bodies_are_rejected(world: World, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await world.client().post("/api/v1/sessions", content=body, headers=headers)
    assert answer.status_code in (400, 401, 422)
    is_problem(answer, answer.status_code)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_cross_site_forms_are_rejected(world: World, content_type: str) -> None:
    body = json.dumps({"email": "ada@acme.example", "password": PASSWORD}).encode()
    await world.person(world.acme, "ada@acme.example")
    answer = await world.client().post("/api/v1/sessions", content=body, headers={"Content-Type": content_type})
    is_problem(answer, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/persons/%00",
        "/api/v1/extensions/%F0%9F%98%80",
        "/api/v1/devices/" + "x" * 65,
        "/api/v1/extensions?cursor=%00",
        "/api/v1/tenants?cursor=" + "x" * 301,
        "/api/v1/history/a%0Ab",
        "/api/v1/history?since=0001-01-01T00:00:00%2B14:00",
        "/api/v1/history?until=9999-12-31T23:59:59-14:00",
        "/api/v1/history?since=2026-01-01T00:00:00",
        "/api/v1/billing/usage?until=9999-12-31T23:59:59-12:00",
        "/api/v1/history?outcome=eaten",
    ],
)
async def test_references_have_a_restricted_alphabet(world: World, path: str) -> None:
    operator = world.client(operator=True)
    sign = "&" if "?" in path else "?"
    is_problem(await operator.get(f"{path}{sign}tenant=acme"), 422)


@pytest.mark.parametrize("noun", ["tenants", "persons", "extensions", "devices", "history"])
async def test_a_forged_cursor_is_rejected(world: World, noun: str) -> None:
    answer = await world.client(operator=True).get(f"/api/v1/{noun}?tenant=acme&cursor=garbage")
    problem = is_problem(answer, 422)
    assert (problem["field"], "garbage" in answer.text) == ("cursor", False)


@pytest.mark.parametrize(
    ("noun", "body", "words"),
    [
        ("extensions", {"number": "1", "name": "A"}, "number must be 2 to 8 digits."),
        ("extensions", {"name": "A"}, "number is required."),
        ("extensions", {"number": "1001", "name": ""}, "name must not be empty."),
        ("extensions", {"number": "1001", "name": "A", "ring_seconds": 1}, "ring_seconds must be 5 or more."),
        ("extensions", {"number": "1001", "name": "A", "ring_seconds": 301}, "ring_seconds must be 300 at most."),
        ("extensions", {"number": "1001", "name": "A", "ring_seconds": "soon"}, "ring_seconds must be a whole number."),
        ("extensions", {"number": 1001, "name": "A"}, "number must be text."),
        ("extensions", {"number": "1001", "name": "A", "colour": "red"}, "colour is not a known field."),
        ("extensions", [], "The body must be a JSON object."),
        ("devices", {"extension": "a b", "name": "A"}, "extension must be letters, digits, dots, hyphens and"),
        ("devices", {"extension": "1001", "name": "A", "kind": "fax"}, "kind must be 'phone'"),
        ("tenants", {"slug": "Demo", "name": "A", "domain": "a.example"}, "slug must be 2 to 32 letters a-z"),
        ("webhooks", {"name": "A", "url": "http://a.example", "events": []}, "url must be an address that begins with"),
        ("hours", {"name": "a", "open": [], "holidays": ["2026-02-30"]}, "holidays.0 must be a date, such as 2026-01"),
        ("billing/payments", {"reference": "A", "amount": 0, "currency": "EUR"}, "amount must be more"),
        ("billing/payments", {"reference": "A", "amount": 1, "currency": "€"}, "currency must be the three"),
    ],
)
async def test_validation_messages_are_readable(world: World, noun: str, body: Any, words: str) -> None:
    answer = await world.client(operator=True).post(f"/api/v1/{noun}?tenant=acme", json=body)
    assert is_problem(answer, 422)["detail"].startswith(words)


OPAQUE = {r"^[0-9a-f]{64}$", r"^[A-Za-z0-9_-]{43}$", r"^[A-Za-z0-9_-]+=*$", r"^[A-Za-z0-9_.:-]{1,64}$"}
"""Patterns of fields that programs fill in."""


async def test_patterns_of_bodies_have_messages(world: World) -> None:
    document = (await world.client().get("/api/openapi.json")).json()
    patterns = set(re.findall(r'"pattern": ("(?:[^"\\\\]|\\\\.)*")', json.dumps(document["components"])))
    errors = [{"type": "string_pattern_mismatch", "ctx": {"pattern": json.loads(each)}} for each in patterns]
    unnamed = {each["ctx"]["pattern"] for each in errors if validation_message(each) == "contains invalid characters"}
    assert unnamed <= OPAQUE | {rf"^$|{REFERENCE}"}


async def test_validation_errors_name_the_field_as_the_request_has_it(world: World) -> None:
    """Not the types of the values that are accepted there; and only the errors of the form that was sent."""
    operator = world.client(operator=True)
    for agents, expected in (
        (["a b"], {"agents.0": "must be letters, digits, dots, hyphens and underscores"}),
        (["1001", {"extension": 5}], {"agents.1.extension": "must be text"}),
        ([{}], {"agents.0.extension": "is required"}),
        ([{"extension": "1001", "skill": 1}], {"agents.0.skill": "is not a known field"}),
        ([5], {"agents.0": "must be a JSON object"}),
        ("1001", {"agents": "must be a JSON array"}),
    ):
        body = {"number": "6500", "name": "A", "agents": agents}
        problem = is_problem(await operator.post("/api/v1/queues?tenant=acme", json=body), 422)
        assert {each["field"]: each["detail"] for each in problem["errors"]} == expected


async def test_unknown_paths_and_methods(world: World) -> None:
    client = world.client()
    is_problem(await client.get("/api/v1/nothing"), 404)
    is_problem(await client.get("/api/v1/tenants/"), 404)
    is_problem(await client.get("/nowhere"), 404)
    answer = await client.put("/api/v1/tenants")
    is_problem(answer, 405)
    assert answer.headers["allow"] == "GET, POST"


async def test_the_body_size_is_limited(world: World) -> None:
    client = world.client()
    is_problem(await client.post("/api/v1/sessions", content=b"x" * (middleware.MAX_BODY + 1)), 413)

    async def endless():
        while True:
            yield b"x" * 65_536

    is_problem(await client.post("/api/v1/sessions", content=endless()), 413)


async def test_a_slow_body_times_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_SECONDS", 0.01)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/v1/sessions", "headers": [], "query_string": b""}
    await world.app({**scope, "client": ("203.0.113.7", 1), "server": ("x", 80), "scheme": "http"}, receive, send)
    assert sent[0]["status"] == 408


async def test_a_client_disconnect_is_not_an_internal_error(world: World) -> None:
    messages = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: Any) -> None:
        raise AssertionError("there is nobody to answer")

    scope = {"type": "http", "method": "POST", "path": "/api/v1/sessions", "headers": [], "query_string": b""}
    with structlog.testing.capture_logs() as log:
        await world.app({**scope, "client": ("203.0.113.7", 1), "server": ("x", 80), "scheme": "http"}, receive, send)
    assert log == []


@pytest.mark.promise("T3")
async def test_internal_errors_are_logged_without_personal_data(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError(f"{SECRET} at 203.0.113.7")

    monkeypatch.setattr(world.identity.tenants, "page", broken)
    with structlog.testing.capture_logs() as log:
        answer = await world.client(operator=True).get("/api/v1/tenants?cursor=canary")

    problem = is_problem(answer, 500)
    assert SECRET not in answer.text
    assert "RuntimeError" not in answer.text
    entries = [entry for entry in log if entry["event"] == "request_failed"]
    assert [entry["incident"] for entry in entries] == [problem["incident"]]
    assert entries[0]["fault"] == "RuntimeError"
    assert entries[0]["route"] == "/api/v1/tenants"
    assert SECRET not in repr(log)
    assert "canary" not in repr(log)


async def test_every_response_has_security_headers(world: World) -> None:
    client = world.client()
    for path in ("/", "/healthz", "/api/openapi.json", "/api/v1/me", "/nothing"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["strict-transport-security"].startswith("max-age=")
        assert "server" not in headers
    assert (await client.get("/api/v1/me")).headers["cache-control"] == "no-store"
    plain = world.client()
    plain.base_url = "http://127.0.0.1:8080"
    assert "strict-transport-security" not in (await plain.get("/healthz")).headers


NEW = {
    "POST /api-keys",
    "POST /blocks",
    "POST /locations",
    "POST /calls",
    "POST /devices",
    "POST /extensions",
    "POST /groups",
    "POST /hours",
    "POST /invitations",
    "POST /mailboxes",
    "POST /me/diagnostics-reports",
    "POST /me/requests",
    "POST /me/requests/{request_id}/messages",
    "POST /menus",
    "POST /numbers",
    "POST /numbers/range",
    "POST /numbers/import",
    "POST /resellers",
    "POST /reseller/tenants",
    "PUT /contacts/{contact_id}/picture",
    "PUT /me/picture",
    "POST /people/import",
    "POST /people/{person_id}/extensions",
    "POST /persons",
    "POST /privacy-requests",
    "POST /privacy-requests/{request_id}/disclosures",
    "POST /queues",
    "POST /meetings",
    "POST /meetings/{meeting}/guest-links",
    "POST /meetings/{meeting}/invitations",
    "POST /me/calendar",
    "POST /rooms",
    "POST /rooms/{room}/invitations",
    "POST /rooms/{room}/meeting/recording",
    "POST /routes",
    "POST /tenants",
    "POST /trunks",
    "POST /webhooks",
    "POST /privacy-requests/{request_id}/notes",
    "POST /campaigns",
    "POST /campaigns/{campaign}/send",
    "POST /billing/direct-debits",
    "POST /billing/invoices",
    "POST /billing/invoice-runs",
    "POST /billing/payments",
    "POST /billing/card-payments",
    "PUT /billing/details",
    "POST /billing/rate-decks",
    "POST /billing/refunds",
    "POST /contacts",
    "POST /plans",
    "POST /attachments",
    "PATCH /attachments/{attachment_id}",
    "PUT /contacts/import",
    "PUT /contacts/copies",
    "PUT /me/import",
    "POST /suspensions/review",
    "PUT /billing/rate-decks/{deck}/rates",
    "PUT /mailboxes/{mailbox}/greetings/{kind}",
    "PUT /mailboxes/{mailbox}/greetings/{kind}/text",
    "PUT /sounds/{language}/{group}/{prompt}",
    "PUT /sounds/{language}/{group}/{prompt}/text",
}


async def test_creating_requests_are_rejected_while_the_disk_is_nearly_full(world: World) -> None:
    admin = await world.admin(world.acme)
    described = (await admin.get("/api/openapi.json")).json()["paths"]
    world.readiness.storage_full = True
    refused: set[str] = set()
    for path, operations in described.items():
        for verb in operations.keys() & {"post", "put", "patch"}:
            answer = await admin.request(verb, re.sub(r"\{.*?\}", "x", path))
            if answer.status_code == 507:
                refused.add(f"{verb.upper()} {path.removeprefix('/api/v1')}")
    assert refused == NEW


@pytest.mark.promise("R2", "T2")
async def test_erasing_pausing_and_suspending_work_while_the_disk_is_nearly_full(world: World) -> None:
    admin, anna = await world.admin(world.acme), await world.user(world.acme, "1001")
    ben = await world.person(world.acme, "ben@acme.example")
    message, talk = await world.leave_message(world.acme, "1001"), await world.make_recording(world.acme, "1001", None)
    await world.start_call(world.acme, "1001", None, "call-2")
    live = "/api/v1/calls/call-2/recording"
    await world.services.archive.change_tenant(world.acme.id, TenantRecordingPolicyChange(mode="announce"))
    assert (await anna.put(live, json={"state": "recording"})).status_code == 200
    await world.until_recording("call-2")
    world.readiness.storage_full = True
    assert (await anna.put(live, json={"state": "paused", "for_card": True})).json()["state"] == "paused"
    is_problem(await anna.put(live, json={"state": "recording"}), 507)
    assert (await anna.put(live, json={"state": "stopped"})).status_code == 200
    assert (await admin.post(f"/api/v1/voicemail/{message}/erase")).status_code == 204
    assert (await admin.post(f"/api/v1/recordings/{talk}/erase")).status_code == 204
    assert (await anna.post("/api/v1/me/sip-access")).status_code == 200
    assert (await admin.patch(f"/api/v1/persons/{ben.id}", json={"state": "suspended"})).status_code == 200
    assert (await admin.patch("/api/v1/recordings/settings", json={"mode": "off"})).status_code == 200


async def test_no_new_objects_are_accepted_while_the_disk_is_nearly_full(world: World) -> None:
    admin = await world.admin(world.acme)
    body = {"number": "1001", "name": "Reception"}
    made = (await admin.post("/api/v1/extensions", json=body)).json()
    world.readiness.storage_full = True
    problem = is_problem(await admin.post("/api/v1/extensions", json={**body, "number": "1002"}), 507)
    assert problem["type"] == "urn:unificx:problem:no-room"
    assert "space" in problem["hint"]
    path = f"/api/v1/extensions/{made['extension']['id'] if 'extension' in made else made['id']}"
    assert (await admin.patch(path, json={"name": "Desk"})).status_code == 200
    assert (await admin.get("/api/v1/extensions")).status_code == 200
    await world.signed_in(f"admin@{world.acme.domain}")
    assert (await admin.delete(path)).status_code == 204
    world.readiness.storage_full = False
    assert (await admin.post("/api/v1/extensions", json={**body, "number": "1002"})).status_code == 201


async def test_a_stopped_database_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the command line, which prints the problem, tells the administrator what to start."""

    async def unreachable(*_: object, **__: object) -> None:
        raise DatabaseUnreachable("no server answers at its address", "Start PostgreSQL.")

    monkeypatch.setattr(world.identity.tenants, "page", unreachable)
    problem = is_problem(await world.client(operator=True).get("/api/v1/tenants"), 503)
    assert problem["detail"] == "The database does not answer."
    assert "PostgreSQL" in problem["hint"]


async def test_many_requests_that_wait_for_a_connection_are_no_stopped_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait(*_: object, **__: object) -> None:
        raise PoolTimeout

    monkeypatch.setattr(world.identity.tenants, "page", wait)
    problem = is_problem(await world.client(operator=True).get("/api/v1/tenants"), 503)
    assert problem["detail"] == "All connections to the database are in use."
    assert "PostgreSQL" not in problem["hint"]


async def test_a_full_disk_is_named(world: World) -> None:
    admin = await world.admin(world.acme)
    pages = ["PRAGMA max_page_count=1"]

    def limit(connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute(pages[0])
        cursor.close()

    event.listen(world.database.engine.sync_engine, "checkout", limit)
    body = {"name": "n" * 200, "number": "1001"}
    answers = [await admin.post("/api/v1/extensions", json={**body, "number": str(number)}) for number in range(20, 60)]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert refused, "the database has no page for 40 extensions"
    assert {is_problem(answer, 507)["code"] for answer in refused} == {"no-room"}
    pages[0] = "PRAGMA max_page_count=1000000"
    assert (await admin.post("/api/v1/extensions", json=body)).status_code == 201
