"""Imports of people: previews of large files, and undoing exactly what an import stored."""

import asyncio
import tracemalloc
from typing import Any

import httpx
import pytest
from http_world import World
from sqlalchemy import event

from unificx.identity import NewDevice, NewPerson, PersonChange, Role
from unificx.identity.people_imports import UNDO_DAYS

LIST = "/api/v1/people"
IMPORT = f"{LIST}/import"
IMPORTS = f"{LIST}/imports"

FILE = """name,email,number,role,language,department
Jörg Müller,joerg@acme.example,2001,administrator,de,Sales
Ada Weiß,ada@acme.example,2002,,,
Nina Neu,nina@acme.example,2003,administrator,en,Sales
Zoë Özil,zoe@acme.example,,,,
"""


async def office(world: World) -> httpx.AsyncClient:
    """Create Nina without a number, and Zoë (1003), who is in the file with the same values."""
    admin = await world.admin(world.acme)
    people = world.identity.people
    await people.create(world.acme.id, NewPerson("Nina", "nina@acme.example", language="de", department="Support"))
    await people.create(world.acme.id, NewPerson("Zoë Özil", "zoe@acme.example"), "1003")
    return admin


async def entries(admin: httpx.AsyncClient) -> dict[str, Any]:
    """Return what the list shows of each person, without what no import can have changed, by e-mail address."""
    listed = (await admin.get(LIST, params={"limit": 200})).json()["items"]
    shown = ("id", "name", "role", "language", "department", "state", "extensions")
    return {each["email"]: {key: each[key] for key in shown} for each in listed}


async def imported(admin: httpx.AsyncClient, file: str = FILE) -> str:
    report = (await admin.post(IMPORT, content=file.encode())).json()
    assert report["applied"] is True, report
    return f"{IMPORTS}/{report['import_id']}/undo"


def actions(report: dict[str, Any]) -> list[tuple[int, str, list[str], str | None]]:
    return [(row["line"], row["action"], row["columns"], row["reason"]) for row in report["rows"]]


async def test_an_undone_import_leaves_everything_as_it_was(world: World) -> None:
    admin = await office(world)
    before = await entries(admin)
    undo = await imported(admin)
    assert (await entries(admin)).keys() == before.keys() | {"joerg@acme.example", "ada@acme.example"}

    changed = ["name", "number", "role", "language", "department"]
    expected = [(2, "delete", [], None), (3, "delete", [], None), (4, "restore", changed, None)]
    preview = (await admin.get(undo)).json()
    assert (preview["applied"], actions(preview)) == (False, expected)
    assert (await entries(admin)).keys() > before.keys(), "a preview changes nothing"

    report = (await admin.post(undo)).json()
    assert (report["applied"], report["deleted"], report["restored"], report["skipped"]) == (True, 2, 1, 0)
    assert await entries(admin) == before
    assert (await admin.get(f"{LIST}/next-number")).json()["number"] == "1004", "their numbers are free again"
    again = await imported(admin)
    assert again != undo


async def test_an_import_writes_the_key_store_as_often_for_many_rows_as_for_few(world: World) -> None:
    admin = await world.admin(world.acme)
    statements: list[str] = []
    world.keys.file.db.set_trace_callback(statements.append)

    async def commits(first: int, count: int) -> int:
        statements.clear()
        rows = "".join(f"P,p{number}@acme.example\n" for number in range(first, first + count))
        await imported(admin, f"name,email\n{rows}")
        return statements.count("COMMIT")

    few = await commits(0, 2)
    assert 0 < await commits(10, 30) <= few, "each blocks the event loop until the disk has it"
    found = await world.client().post("/api/v1/recoveries", json={"email": "p39@acme.example"})
    assert found.status_code == 202


async def test_an_import_takes_as_many_statements_for_many_rows_as_for_few(world: World) -> None:
    """Nothing else writes during the transaction, which took ten seconds for 500 people with statements for each."""
    admin = await world.admin(world.acme)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(world.database.engine.sync_engine, "before_cursor_execute", note)
    counts: list[int] = []
    for first, size in ((0, 2), (10, 30)):
        rows = "".join(f"P,p{number}@acme.example,{3000 + number}\n" for number in range(first, first + size))
        statements.clear()
        await imported(admin, f"name,email,number\n{rows}")
        tables = ("person", "extension", "numbering")
        counts.append(sum(each.startswith(tuple(f"INSERT INTO {one} (" for one in tables)) for each in statements))
    assert counts == [3, 3]


async def test_an_import_is_undone_once(world: World) -> None:
    admin = await office(world)
    undo = await imported(admin)
    [listed] = (await admin.get(IMPORTS)).json()["items"]
    assert (listed["created"], listed["updated"], listed["reverted"]) == (2, 1, None)
    both = await asyncio.gather(admin.post(undo), admin.post(undo))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    [listed] = (await admin.get(IMPORTS)).json()["items"]
    assert listed["reverted"] is not None
    assert (await admin.get(undo)).status_code == 409


async def test_what_was_changed_or_is_used_since_the_import_is_kept(world: World) -> None:
    admin = await office(world)
    undo = await imported(admin)
    now, users = await entries(admin), world.identity.users
    await users.update(world.acme.id, now["joerg@acme.example"]["id"], PersonChange(department="Board"))
    await users.update(world.acme.id, now["nina@acme.example"]["id"], PersonChange(name="Nina Neumann"))
    for email in ("ada@acme.example", "nina@acme.example"):
        [extension] = now[email]["extensions"]
        await world.identity.devices.create(world.acme.id, NewDevice(extension["id"], "Desk phone"))

    restored = ["role", "language", "department"]
    expected = [(2, "keep", [], "changed"), (3, "keep", [], "in_use"), (4, "restore", restored, "changed")]
    assert actions((await admin.get(undo)).json()) == expected
    assert actions((await admin.post(undo)).json()) == expected
    left = await entries(admin)
    assert (left["joerg@acme.example"]["department"], left["ada@acme.example"]["name"]) == ("Board", "Ada Weiß")
    nina = left["nina@acme.example"]
    assert (nina["name"], nina["role"], nina["language"], nina["department"]) == (
        "Nina Neumann",
        "user",
        "de",
        "Support",
    )
    assert [each["number"] for each in nina["extensions"]] == ["2003"]


async def test_a_person_who_has_a_password_a_role_or_another_number_since_is_kept(world: World) -> None:
    admin = await office(world)
    undo = await imported(admin, "name,email,number\nA,a@acme.example,\nB,b@acme.example,\nC,c@acme.example,2001\n")
    now = await entries(admin)
    one, other, third = (now[f"{part}@acme.example"]["id"] for part in "abc")
    assert (await admin.post(f"/api/v1/persons/{one}/one-time-password", json={})).status_code == 200
    role = (await admin.post("/api/v1/roles", json={"name": "Helper", "permissions": ["people_read"]})).json()
    given = await admin.put(f"/api/v1/roles/{role['id']}/persons/{other}")
    assert given.status_code == 204, given.text
    await world.identity.people.add_extension(world.acme.id, third, "2002")
    expected = [(2, "keep", [], "in_use"), (3, "keep", [], "changed"), (4, "keep", [], "changed")]
    assert actions((await admin.post(undo)).json()) == expected


async def test_accounts_that_were_closed_since_are_not_named(world: World) -> None:
    admin = await office(world)
    undo = await imported(admin)
    await world.identity.users.close(world.acme.id, (await entries(admin))["joerg@acme.example"]["id"])
    assert [row[0] for row in actions((await admin.get(undo)).json())] == [3, 4]
    assert (await admin.post(undo)).json()["deleted"] == 1


async def test_an_undo_never_exceeds_the_rights_of_its_maker(world: World) -> None:
    """The administrator that the import made can be deleted by another administrator only."""
    admin = await office(world)
    undo = await imported(admin)
    role = {"name": "People", "permissions": ["people_read", "people_change"]}
    role_id = (await admin.post("/api/v1/roles", json=role)).json()["id"]
    helper = await world.user(world.acme, "1105")
    person_id = (await helper.get("/api/v1/me")).json()["person"]["id"]
    await admin.put(f"/api/v1/roles/{role_id}/persons/{person_id}")
    expected = (2, "keep", [], "role_too_high")
    assert actions((await helper.post(undo)).json())[0] == expected
    assert (await entries(admin))["joerg@acme.example"]["role"] == "tenant_admin"


async def test_an_import_of_another_tenant_cannot_be_undone(world: World) -> None:
    undo = await imported(await office(world))
    other = await world.admin(world.globex)
    assert (await other.get(IMPORTS)).json()["items"] == []
    assert {(await other.get(undo)).status_code, (await other.post(undo)).status_code} == {404}


async def test_an_import_can_be_undone_for_thirty_days(world: World) -> None:
    admin = await office(world)
    undo = await imported(admin)
    world.clock.advance(UNDO_DAYS * 86_400.0 - 60)
    await world.identity.clean_up()
    admin = await world.signed_in("admin@acme.example")
    assert (await admin.get(undo)).status_code == 200
    world.clock.advance(120)
    await world.identity.clean_up()
    assert (await admin.get(undo)).status_code == 404


async def test_fifty_thousand_rows_with_faults_are_previewed_in_bounded_memory(world: World) -> None:
    admin = await office(world)
    rows = "".join(
        f"Person {index},{'broken' if index % 25 == 0 else f'p{index}@acme.example'},"
        f"{'next' if index % 2 else 10_000 + index},{'Sales' if index % 3 else 'IT'}\n"
        for index in range(49_999)
    )
    file = f"name,email,number,department\n{rows}Last,last@acme.example,9999,a,b\n".encode()
    tracemalloc.start()
    try:
        answer = await admin.post(IMPORT, params={"dry_run": True}, content=file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    report = answer.json()
    assert (report["created"], report["refused"]) == (47_999, 2001)
    assert (len(report["rows"]), report["omitted"]) == (1000, 49_000)
    faulty = [row["line"] for row in report["rows"] if row["faults"]]
    assert faulty == [25 * index + 2 for index in range(500)], "the first 500 faults, by line"
    numbers = [row["number"] for row in report["rows"] if row["action"] == "create"]
    assert len(set(numbers)) == len(numbers), "proposed numbers differ from each other and from those of the file"
    assert peak < 20 * len(file), peak
    for query in ({}, {"skip_faulty": True}):
        refused = await admin.post(IMPORT, params=query, content=file)
        assert (refused.status_code, "at most 500 rows" in refused.json()["detail"]) == (422, True)
    assert len(await entries(admin)) == 3, "nothing is half done"


async def test_a_role_is_needed_to_undo(world: World) -> None:
    undo = await imported(await office(world))
    user = await world.user(world.acme, "1006")
    assert (await user.get(undo)).status_code == 403
    assert (await user.post(undo)).status_code == 403
    assert Role.USER.value == (await user.get("/api/v1/me")).json()["person"]["role"]


async def test_an_account_is_deleted_only_once_no_calls_are_led_to_it(world: World) -> None:
    admin = await office(world)
    undo = await imported(admin, "name,email,number\nA,a@acme.example,2001\nB,b@acme.example,2002\n")
    hours = {"name": "office", "open": ["mon-fri 09:00-17:00"], "then": "extension:2001", "otherwise": "mailbox:2001"}
    assert (await admin.post("/api/v1/hours", json=hours)).status_code == 201
    # Rules of its own do not keep an extension.
    await admin.patch("/api/v1/extensions/2002", json={"forward_always": "mailbox:2002"})
    assert actions((await admin.get(undo)).json()) == [(2, "keep", [], "in_use"), (3, "delete", [], None)]
    now = await entries(admin)
    one, other = (f"/api/v1/persons/{now[f'{part}@acme.example']['id']}" for part in "ab")
    refused = await admin.delete(one)
    assert (refused.status_code, refused.json()["detail"]) == (409, "extension:2001 is used by hours:office.")
    assert (await admin.delete(other)).status_code == 204
    assert (await admin.delete("/api/v1/hours/office")).status_code == 204
    assert (await admin.delete(one)).status_code == 204


@pytest.mark.parametrize("way", ["undo", "close", "delete"])
async def test_what_becomes_a_destination_before_its_deletion_begins_stays(
    world: World, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The destination is stored after the request for the deletion has arrived, and before its transaction."""
    admin, services = await office(world), world.identity
    undo = await imported(admin, "name,email,number\nA,a@acme.example,2001\n")
    person = f"/api/v1/persons/{(await entries(admin))['a@acme.example']['id']}"
    hours = {"name": "office", "open": ["mon-fri 09:00-17:00"], "then": "extension:2001", "otherwise": "hangup"}
    service = {"undo": services.imports, "close": services.users, "delete": services.extensions}[way]
    delete = getattr(service, way)

    async def delete_late(*arguments: Any) -> Any:
        assert (await admin.post("/api/v1/hours", json=hours)).status_code == 201
        return await delete(*arguments)

    monkeypatch.setattr(service, way, delete_late)
    if way == "undo":
        assert actions((await admin.post(undo)).json()) == [(2, "keep", [], "in_use")]
    else:
        path = person if way == "close" else "/api/v1/extensions/2001"
        assert (await admin.delete(path)).status_code == 409
    assert (await admin.get("/api/v1/extensions/2001")).status_code == 200


async def test_the_last_administrator_stays_one_in_an_import_and_its_undo(world: World) -> None:
    admin = await office(world)
    await world.person(world.acme, "second@acme.example")
    title = "name,email,role,department\n"
    swap = ",admin@acme.example,user,Sales\n,second@acme.example,administrator,\n"
    for rows in (swap.replace("administrator", ""), swap.replace("second", "nina")):  # Nina is not active
        file, query = f"{title}{rows}".encode(), {"skip_faulty": True}
        preview = (await admin.post(IMPORT, params={"dry_run": True}, content=file)).json()
        faults = [(row["line"], each["code"], each["column"]) for row in preview["rows"] for each in row["faults"]]
        assert (faults, preview["refused"]) == ([(2, "last_administrator", "role")], 1)
        assert (await admin.post(IMPORT, content=file)).status_code == 422
        applied = (await admin.post(IMPORT, params=query, content=file)).json()
        assert (applied["refused"], applied["rows"]) == (1, preview["rows"])
    one, other = swap.splitlines(keepends=True)
    for rows in (f"{one}{other}", f"{other}{one}"):
        undo = await imported(admin, f"{title}{rows}")
        deputy = await world.signed_in("second@acme.example")
        now = await entries(deputy)
        assert [now[f"{name}@acme.example"]["role"] for name in ("admin", "second")] == ["user", "tenant_admin"]
        assert (await deputy.post(undo)).json()["restored"] == 2
        now = await entries(admin)
        assert [now[f"{name}@acme.example"]["role"] for name in ("admin", "second")] == ["tenant_admin", "user"]
    admin_id = now["admin@acme.example"]["id"]
    undo = await imported(admin, f"{title},second@acme.example,administrator,Sales\n")
    await world.identity.users.update(world.acme.id, admin_id, PersonChange(role=Role.USER))
    expected = [(2, "restore", ["department"], "last_administrator")]
    assert actions((await deputy.get(undo)).json()) == expected
    assert actions((await deputy.post(undo)).json()) == expected
