"""Requests about personal data by API: roles, steps, bad input."""

import asyncio
import contextlib
import hashlib
import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from http_world import PASSWORD, World
from name_corrections import correct_copies_of_names
from sqlalchemy import text

from unificx.core.access import Access, stating
from unificx.identity import NewExtension, Role
from unificx.privacy import DataSubject, copies_of_names, correct_page
from unificx.support.rights import NewRequest, request_holding

CALLER = "+491511234567"


@pytest.mark.promise("U6")
async def test_a_user_sends_a_request_and_an_administrator_answers(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    sent = await user.post("/api/v1/me/requests", json={"kind": "access", "text": "A copy, please"})
    assert (sent.status_code, sent.json()["state"]) == (201, "proved")
    assert "steps" not in sent.json()
    [queued] = (await admin.get("/api/v1/privacy-requests")).json()["items"]
    assert (queued["known"], queued["overdue"], "answer" in queued["steps"]) == (True, False, True)
    path = f"/api/v1/privacy-requests/{queued['id']}"
    refused = await admin.post(f"{path}/steps", json={"step": "refuse"})
    assert (refused.status_code, refused.json()["field"]) == (422, "note")
    answered = (await admin.post(f"{path}/steps", json={"step": "answer", "note": "Here it is"})).json()
    assert ([each["step"] for each in answered["history"]], answered["steps"]) == (["receive", "answer"], [])
    assert (await admin.post(f"{path}/steps", json={"step": "begin"})).status_code == 409
    assert (await admin.get("/api/v1/privacy-requests")).json()["items"] == []
    assert (await admin.get("/api/v1/privacy-requests?closed=true")).json()["items"][0]["state"] == "answered"
    [own] = (await user.get("/api/v1/me/requests")).json()["items"]
    assert own["answer"] == "Here it is"


@pytest.mark.promise("U6")
async def test_a_user_writes_with_the_administrators(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    other = await world.user(world.acme, "1002")
    new = {"kind": "technical", "topic": "No sound", "text": "It hisses", "attachment": "screen 1x1"}
    sent = (await user.post("/api/v1/me/requests", json=new)).json()
    path, steps = f"/api/v1/me/requests/{sent['id']}", f"/api/v1/privacy-requests/{sent['id']}/steps"
    assert (await admin.post(steps, json={"step": "reply"})).status_code == 422
    assert (await admin.post(steps, json={"step": "reply", "note": "Which phone?"})).status_code == 200
    assert (await admin.post(f"/api/v1/privacy-requests/{sent['id']}/notes", json={"text": "old"})).status_code == 201
    written = (await user.post(f"{path}/messages", json={"text": "The desk phone"})).json()
    assert [(each["step"], each["own"], each["text"]) for each in written["history"]] == [
        ("receive", True, ""),
        ("attach", True, "screen 1x1"),
        ("reply", False, "Which phone?"),
        ("message", True, "The desk phone"),
    ]
    assert (await user.get(path)).json() == written
    for refused in (await other.get(path), await other.post(f"{path}/messages", json={"text": "x"})):
        assert refused.status_code == 404
    kind = f"/api/v1/privacy-requests/{sent['id']}/kind"
    assert (await user.put(kind, json={"kind": "access"})).status_code == 403
    assert (await admin.put(kind, json={"kind": "breach"})).status_code == 422
    assert (await admin.put(kind, json={"kind": "access"})).json()["kind"] == "access"
    world.readiness.storage_full = True
    assert (await user.post(f"{path}/messages", json={"text": "x"})).status_code == 507


@pytest.mark.promise("U6")
async def test_an_administrator_writes_with_the_provider(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    other, operator = await world.admin(world.globex), world.client(operator=True)
    new = {"kind": "technical", "topic": "Trunk", "text": "No calls", "to": "provider"}
    assert (await user.post("/api/v1/me/requests", json=new)).status_code == 403
    refused = await admin.post("/api/v1/me/requests", json={**new, "kind": "access"})
    assert (refused.status_code, refused.json()["field"]) == (422, "to")
    sent = (await admin.post("/api/v1/me/requests", json=new)).json()
    assert sent["to"] == "provider"
    assert (await admin.get("/api/v1/privacy-requests")).json()["items"] == []
    queue = {"tenant": "operator"}
    [queued] = (await operator.get("/api/v1/privacy-requests", params=queue)).json()["items"]
    assert (queued["organisation"], queued["topic"], queued["person_id"]) == (world.acme.name, "Trunk", None)
    path, own = f"/api/v1/privacy-requests/{sent['id']}", f"/api/v1/me/requests/{sent['id']}"
    assert (await admin.get(path)).status_code == 404
    assert (await operator.put(f"{path}/kind", params=queue, json={"kind": "deletion"})).status_code == 409
    reply = {"step": "reply", "note": "Which number?"}
    assert (await operator.post(f"{path}/steps", params=queue, json=reply)).status_code == 200
    written = (await admin.post(f"{own}/messages", json={"text": "+49 30 1"})).json()
    assert [each["text"] for each in written["history"]] == ["", "Which number?", "+49 30 1"]
    for client in (user, other):
        assert (await client.get(own)).status_code == 404
        assert (await client.post(f"{own}/messages", json={"text": "x"})).status_code == 404
    [listed] = (await admin.get("/api/v1/me/requests")).json()["items"]
    assert (listed["id"], listed["state"]) == (sent["id"], "in_work")
    assert (await other.get("/api/v1/me/requests")).json()["items"] == []


@pytest.mark.promise("D2", whole=True)
async def test_a_correction_is_carried_into_the_records_of_others(world: World) -> None:
    """D2 as a whole: a user asks for a correction, and with the answer the name is right everywhere: account, extension,
    directory, search, history and mailboxes of colleagues; that of a caller without an account likewise. Each copy of a
    name that is stored anywhere is found by its declaration and corrected, that of others not
    (`test_each_copy_of_a_name_is_corrected`, `test_each_name_is_corrected_or_has_a_reason`); the sign-in follows the
    address (`test_changed_name_and_address_apply_everywhere`), and an address is free again if the change fails
    (`test_address_of_a_rolled_back_change_stays_free`). Their own things people correct themselves: contacts
    (`test_a_personal_contact_belongs_to_its_owner_alone`), messages
    (`test_authors_change_their_messages_and_owners_delete_those_of_others`). Requests are answered in time:
    `test_a_request_is_answered_within_its_time_limit`."""
    correct_copies_of_names(world)
    admin, ben = await world.admin(world.acme), await world.user(world.acme, "1002")
    new = NewExtension("1003", "Ada Exmaple", "ada@acme.example")
    made = await world.identity.extensions.create(world.acme.id, new)
    await world.identity.passwords.set(world.acme.id, made.extension.person_id or "", PASSWORD)
    ada = await world.signed_in("ada@acme.example")
    await world.record_call(world.acme, "1003", "1002")
    await world.leave_message(world.acme, "1002")

    async def answer(request: dict[str, str], name: str) -> int:
        steps = f"/api/v1/privacy-requests/{request['id']}/steps"
        if request["state"] == "received":
            await admin.post(steps, json={"step": "prove", "note": "called back"})
        body = {"step": "answer", "note": "It is right now.", "corrected_name": name}
        done = (await admin.post(steps, json=body)).status_code
        await world.outbox.deliver()
        return done

    sent = await ada.post("/api/v1/me/requests", json={"kind": "correction", "text": "It is Example."})
    assert await answer(sent.json(), "Ada Example") == 200
    outside = {"kind": "correction", "text": "", "number": CALLER, "name": "Carla"}
    entered = await admin.post("/api/v1/privacy-requests", json=outside)
    assert await answer(entered.json(), "Carla Caller") == 200
    for path, name, wrong in (
        ("/api/v1/directory", "Ada Example", "Exmaple"),
        ("/api/v1/history", "Ada Example", "Exmaple"),
        ("/api/v1/voicemail", "Carla Caller", "Carl Caller"),
    ):
        shown = (await ben.get(path)).text
        assert (name in shown, wrong in shown) == (True, False), shown
    assert (await ada.get("/api/v1/me")).json()["person"]["name"] == "Ada Example"


@pytest.mark.promise("D2")
async def test_a_correction_that_was_killed_goes_on_at_the_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of a caller without an account, killed at each step after the answer."""
    rights, tenant = world.services.rights.requests, world.acme.id
    correct_copies_of_names(world)
    await world.admin(world.acme)
    ben = await world.user(world.acme, "1002")
    await world.leave_message(world.acme, "1002")
    last = len(copies_of_names())
    for killed_at in range(last + 1):
        name = f"Carla {killed_at}"
        request = await rights.enter(tenant, NewRequest("correction", "", number=CALLER), "root")
        await rights.take(tenant, request.id, "prove", "called back", "root")
        begin, calls = world.database.begin, itertools.count()

        def answered_then_killed(begin: Any = begin, calls: Iterator[int] = calls) -> Any:
            if next(calls):
                raise asyncio.CancelledError
            return begin()

        async def killed(*args: Any, calls: Iterator[int] = calls, at: int = killed_at - 1, **values: Any) -> Any:
            done = await correct_page(*args, **values)
            if next(calls) == at:
                raise asyncio.CancelledError
            return done

        with monkeypatch.context() as patched, contextlib.suppress(asyncio.CancelledError):
            if killed_at == 0:
                patched.setattr(world.database, "begin", answered_then_killed)
            else:
                patched.setattr("unificx.server.corrections.correct_page", killed)
            await rights.take(tenant, request.id, "answer", "It is right now.", "root", corrected_name=name)
            await world.outbox.deliver()
        await world.outbox.deliver()
        shown = (await ben.get("/api/v1/voicemail")).text
        assert f'"{name}"' in shown, (killed_at, shown)


@pytest.mark.promise("K3", whole=True)
async def test_a_minor_is_stopped_at_once_and_erased_after_review(world: World) -> None:
    """K3 as a whole: who is found to be a minor, by a declaration or a report, is signed out at once; the request stays
    open until the account and all data are erased, with a receipt."""
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    other = await world.user(world.acme, "1002")
    for minor, declared in ((user, True), (other, False)):
        person_id = (await minor.get("/api/v1/me")).json()["person"]["id"]
        if declared:
            sent = await minor.post("/api/v1/me/requests", json={"kind": "minor", "text": "I am 15"})
        else:
            report = {"kind": "minor", "text": "is 15", "person_id": person_id}
            sent = await admin.post("/api/v1/privacy-requests", json=report)
        assert sent.status_code == 201
        assert (await minor.get("/api/v1/me")).status_code == 401
        steps = f"/api/v1/privacy-requests/{sent.json()['id']}/steps"
        assert (await admin.post(steps, json={"step": "answer", "note": "erased"})).status_code == 409
        erasure = f"/api/v1/persons/{person_id}/erasure"
        receipt = (await admin.put(erasure, json={"digest": (await admin.get(erasure)).json()["digest"]})).json()
        assert (receipt["failed"], "account" in {each["kind"] for each in receipt["removed"]}) == ([], True)
        assert (await admin.post(steps, json={"step": "answer", "note": "erased"})).json()["state"] == "answered"
        assert (await admin.get(f"/api/v1/persons/{person_id}")).status_code == 404


async def test_users_do_not_see_the_queue(world: World) -> None:
    user, other = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    sent = (await user.post("/api/v1/me/requests", json={"kind": "access"})).json()
    assert (await other.get("/api/v1/me/requests")).json()["items"] == []
    path = f"/api/v1/privacy-requests/{sent['id']}"
    for answer in (
        await user.get("/api/v1/privacy-requests"),
        await user.get(path),
        await user.post(f"{path}/steps", json={"step": "withdraw"}),
        await user.post("/api/v1/privacy-requests", json={"kind": "breach"}),
    ):
        assert answer.status_code == 403


async def test_bad_requests_are_refused(world: World) -> None:
    admin = await world.admin(world.acme)
    for body in (
        {"kind": "other"},
        {"kind": "access", "text": "x" * 10_001},
        {"kind": "access", "number": "0301234"},
        {"kind": "minor"},
        {"kind": "breach", "found": "2026-01-01T00:00:00"},
        {"kind": "authority", "due": "0001-01-01T00:00:00+14:00"},
    ):
        assert (await admin.post("/api/v1/privacy-requests", json=body)).status_code == 422
    unknown = await admin.post("/api/v1/privacy-requests", json={"kind": "minor", "person_id": "nobody"})
    assert unknown.status_code == 404
    assert (await admin.get("/api/v1/privacy-requests")).json()["items"] == []


@pytest.mark.promise("X2")
@pytest.mark.promise("U8", whole=True)
async def test_two_administrators_disclose_and_the_person_sees_it(world: World) -> None:
    """U8 as a whole: the request of an authority is in the register, what it asks for is held, two administrators agree to
    a file, it has only what the disclosure names (`test_only_records_of_the_categories_and_the_period_are_in_it`,
    `test_other_people_are_in_it_only_if_the_request_needs_them`), and its hand-over is in a log that the audit log proves. The person sees it, after the silent time
    (`test_a_disclosure_needs_two_people_and_is_shown_after_the_silent_time`)."""
    first, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    await world.person(world.acme, "second@acme.example", Role.TENANT_ADMIN)
    second = await world.signed_in("second@acme.example")
    person_id = (await user.get("/api/v1/me")).json()["person"]["id"]
    await world.record_call(world.acme, "1001", "1002")
    start = world.clock.now()
    asked_for = await world.record_call(world.acme, "1001", "1002")
    authority = {"kind": "authority", "name": "Court", "basis": "law"}
    request = (await first.post("/api/v1/privacy-requests", json=authority)).json()["id"]
    preserve = {"authority": "Court", "reason": "12/26", "review": "2027-01-01", "request": request}
    held = await first.post("/api/v1/privacy/holds", json={**preserve, "person": person_id})
    assert (held.status_code, held.json()["request_id"], held.json()["objects"]) == (201, request, {"call": 2})
    path = f"/api/v1/privacy-requests/{request}/disclosures"
    limits = {"categories": ["calls"], "since": start.isoformat(), "until": world.clock.now().isoformat()}
    body = {"person_id": person_id, "scope": "name", **limits}
    assert (await user.post(path, json=body)).status_code == 403
    assert (await first.post(path, json=body | {"until": None})).status_code == 422
    proposed = (await first.post(path, json=body)).json()
    file = f"{path}/{proposed['id']}/file"
    assert (await first.post(file)).status_code == 409, "one administrator alone gets no file"
    decision = f"{path}/{proposed['id']}/decision"
    assert (await first.put(decision, json={"approve": True})).status_code == 403
    assert (await user.get("/api/v1/me/disclosures")).json()["items"] == []
    assert (await second.put(decision, json={"approve": True})).json()["state"] == "approved"
    [shown] = (await user.get("/api/v1/me/disclosures")).json()["items"]
    assert (shown["authority"], shown["scope"]) == ("Court", "name")
    other_request = (await first.post("/api/v1/privacy-requests", json=authority)).json()["id"]
    assert (await first.post(file.replace(request, other_request))).status_code == 404
    assert "decided_by" not in shown
    assert shown["handovers"] == []

    copy = (await first.post(file)).json()
    await world.build_copies()
    download = f"/api/v1/access-copies/{copy['id']}/file"
    for other in (second, user):
        assert (await other.get(download)).status_code == 404
    assert (await user.get("/api/v1/privacy/handovers")).status_code == 403
    data = (await first.get(download)).content
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert {each for each in archive.namelist() if each.startswith("data/")} == {"data/call.json"}
    [call] = json.loads(archive.read("data/call.json"))
    assert (call["id"], call["others"]) == (asked_for, [])
    manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["disclosure"], manifest["scope"]["categories"]) == (proposed["id"], ["calls"])
    assert len((await first.get(path)).json()["items"][0]["handovers"]) == 1
    [entry] = (await first.get("/api/v1/privacy/handovers")).json()["items"]
    digest = hashlib.sha256(data).hexdigest()
    assert (entry["sha256"], entry["size"], entry["authority"], entry["logged"]) == (digest, len(data), "Court", True)
    assert entry["by"] == (await first.get("/api/v1/me")).json()["person"]["id"]
    [shown] = (await user.get("/api/v1/me/disclosures")).json()["items"]
    assert [each["sha256"] for each in shown["handovers"]] == [digest]
    for column, value in (("sha256", "00"), ("by_person", "another")):
        async with world.services.rights.requests.deps.database.begin() as uow:
            await uow.session.execute(text(f"UPDATE handover SET {column} = '{value}'"))
        assert not (await first.get("/api/v1/privacy/handovers")).json()["items"][0]["logged"]


@pytest.mark.promise("U8", "X2")
async def test_data_of_a_caller_without_an_account_is_disclosed_like_that_of_a_user(world: World) -> None:
    """Two administrators, categories and period, log, silent time; the number goes with the caller."""
    first, ben = await world.admin(world.acme), await world.user(world.acme, "1002")
    await world.person(world.acme, "second@acme.example", Role.TENANT_ADMIN)
    second = await world.signed_in("second@acme.example")
    start = world.clock.now()
    await world.leave_message(world.acme, "1002")
    await world.record_call(world.acme, "1001", "1002")
    body = {"kind": "authority", "name": "Court", "basis": "law"}
    request = (await first.post("/api/v1/privacy-requests", json=body)).json()["id"]
    path, until = f"/api/v1/privacy-requests/{request}/disclosures", world.clock.now() + timedelta(days=1)
    limits = {"categories": ["voicemail"], "since": start.isoformat(), "until": until.isoformat()}
    silent = {"silent_until": (world.clock.now() + timedelta(days=30)).isoformat()}
    new = {"number": "0151 1234567", "scope": "messages", **limits, **silent}
    for wrong, status in (
        ({"number": ""}, 422),
        ({"person_id": "x"}, 422),
        ({"number": "1002"}, 422),
        ({"number": "+4930999999"}, 404),
        ({"categories": ["account"]}, 422),
    ):
        assert (await first.post(path, json=new | wrong)).status_code == status, wrong
    proposed = (await first.post(path, json=new)).json()
    assert (proposed["number"], proposed["person_id"]) == (CALLER, "")
    file, decision = f"{path}/{proposed['id']}/file", f"{path}/{proposed['id']}/decision"
    assert (await first.post(file)).status_code == 409, "one administrator alone gets no file"
    assert (await first.put(decision, json={"approve": True})).status_code == 403
    assert (await second.put(decision, json={"approve": True})).json()["state"] == "approved"

    async def downloaded(made: httpx.Response) -> zipfile.ZipFile:
        await world.build_copies()
        copy = made.json()["id"]
        return zipfile.ZipFile(io.BytesIO((await first.get(f"/api/v1/access-copies/{copy}/file")).content))

    archive = await downloaded(await first.post(file))
    [message] = json.loads(archive.read("data/voicemail.json"))
    assert message["number"] == CALLER
    assert [each for each in archive.namelist() if each.startswith("data/")] == [
        "data/voicemail.json",
        "data/voicemail_received.json",
    ]
    assert json.loads(archive.read("data/voicemail_received.json")) == []
    assert json.loads(archive.read("manifest.json"))["scope"]["number"] == CALLER
    [entry] = (await first.get("/api/v1/privacy/handovers")).json()["items"]
    assert (entry["disclosure_id"], entry["person_id"], entry["logged"]) == (proposed["id"], "", True)
    assert (await ben.get("/api/v1/me/disclosures")).json()["items"] == []

    for told in (False, True):
        own = await downloaded(await first.post("/api/v1/access-copies", json={"number": CALLER}))
        every = "".join(own.read(each).decode("latin-1") for each in own.namelist())
        assert ("Court" in every, '"disclosure"' in every) == (told, False), "nor who has looked at it"
        world.clock.advance(timedelta(days=31).total_seconds())
        first = await world.signed_in("admin@acme.example")
    erasure = {"number": CALLER}
    plan = (await first.post("/api/v1/erasures/plan", json=erasure)).json()
    receipt = (await first.post("/api/v1/erasures", json=erasure | {"digest": plan["digest"]})).json()
    assert (receipt["failed"], "disclosures to authorities" in {each["kind"] for each in receipt["kept"]}) == ([], True)
    [shown] = (await first.get(path)).json()["items"]
    assert (shown["number"], shown["authority"]) == ("", "Court")


@pytest.mark.promise("T4")
async def test_a_breach_is_described_by_administrators_only(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    entered = (await admin.post("/api/v1/privacy-requests", json={"kind": "breach", "text": "stolen"})).json()
    path = f"/api/v1/privacy-requests/{entered['id']}/breach"
    assert (await user.get(path)).status_code == 403
    assert (await user.post(f"{path}/notices", json={"text": "x"})).status_code == 403
    changed = await admin.patch(path, json={"band": "10-99", "categories": ["user.name"]})
    assert changed.json() == (await admin.get(path)).json()
    assert (await admin.patch(path, json={"band": "2-3"})).status_code == 422
    now = world.clock.now()
    future = await admin.patch(path, json={"authority_informed": (now + timedelta(minutes=1)).isoformat()})
    assert (future.status_code, future.json()["field"]) == (422, "authority_informed")
    informed = [
        (await admin.patch(path, json=change)).json()["authority_informed"] is not None
        for change in ({"authority_informed": now.isoformat()}, {"high_risk": True}, {"authority_informed": None})
    ]
    assert informed == [True, True, False]
    assert (await admin.post(f"{path}/notices", json={"text": "Change it"})).json()["informed"] == 2


@pytest.mark.promise("U6", "D1")
async def test_administrators_assign_requests_and_note_what_the_sender_does_not_see(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    me, who = [(await each.get("/api/v1/me")).json()["person"]["id"] for each in (admin, user)]
    sent = (await user.post("/api/v1/me/requests", json={"kind": "access"})).json()
    other = (await user.post("/api/v1/me/requests", json={"kind": "complaint", "text": "Slow"})).json()
    path = f"/api/v1/privacy-requests/{sent['id']}"
    assert (await admin.put(f"{path}/assignee", json={"person_id": who})).status_code == 422
    assert (await admin.put(f"{path}/assignee", json={"person_id": me})).json()["assigned"] == me
    added = await admin.post(f"{path}/notes", json={"text": "Canary: ask legal first"})
    assert [(each["by"], each["text"]) for each in added.json()["notes"]] == [(me, "Canary: ask legal first")]

    async def listed(**wanted: str) -> list[str]:
        found = (await admin.get("/api/v1/privacy-requests", params=wanted)).json()["items"]
        return [each["id"] for each in found]

    assert await listed(assigned=me) == [sent["id"]]
    assert await listed(assigned="") == [other["id"]]
    assert await listed(kind="complaint") == [other["id"]]
    assert "Canary" not in (await user.get("/api/v1/me/requests")).text
    subject = world.identity.directory.person_subject(who)
    assert subject is not None
    owner = DataSubject(world.acme.id, subject, who)
    with stating(Access("requests", who)):
        exported = [
            each for part in request_holding(world.database, world.services.rights.requests.retention).export(owner, world.keys)
            async for each in part.read()
        ]  # fmt: skip
    assert sent["id"] in repr(exported)
    assert "Canary" not in repr(exported)
    taken = await admin.post(f"{path}/steps", json={"step": "answer", "note": "Here it is"})
    assert (taken.json()["assigned"], len(taken.json()["notes"])) == (me, 1)
    assert (await admin.put(f"{path}/assignee", json={"person_id": None})).status_code == 409
    with stating(Access("requests", me)):
        await world.services.rights.requests.retention.erase(world.acme.id, subject)
    assert (await admin.get(path)).json()["notes"] == []
    assert (await admin.post(f"{path}/notes", json={"text": "Late"})).status_code == 409
