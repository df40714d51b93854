"""Conditional changes: of two administrators who have read the same object, the second does not overwrite the first."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from http_world import World

from unificx.trunks import NewTrunk

API = "/api/v1/"
ADDRESS = {"country": "DE", "city": "Berlin", "street": "Hauptstr.", "house_number": "1"}
CALENDAR = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20991224\nEND:VEVENT\nEND:VCALENDAR"
CASES: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]] = {
    "groups": (
        {"number": "6000", "members": ["1002", "1001"]},
        {"members": ["1002+1001"]},
        {"members": ["1001"]},
    ),
    "queues": (
        {"number": "6500", "agents": [{"extension": "1002", "penalty": 3, "static": False}, "1001"]},
        {"agents": ["1001", "1002"]},
        {"agents": []},
    ),
    "menus": (
        {"number": "7000", "say": "Welcome.", "keys": {"2": "hangup", "1": "extension:1001"}, "otherwise": "hangup"},
        {"keys": {"3": "extension:1001", "1": "hangup"}},
        {"keys": {}},
    ),
    "hours": (
        {"name": "office", "open": ["tue 09:00-17:00", "mon 09:00-12:00"], "holidays": ["2030-12-26", "2030-12-25"]}
        | {"then": "extension:1001"},
        {"holidays": ["2031-12-25"]},
        {"holidays": []},
    ),
    "numbers": (
        {"number": "+49301234500", "trunk": "carrier", "destination": "extension:1001"}
        | {"callers": [{"pattern": "+4930.", "destination": "hangup"}], "shown_for": ["1002", "1001"]},
        {"callers": [{"pattern": "+4940.", "destination": "hangup"}]},
        {"callers": []},
    ),
    "routes": (
        {"name": "outside", "pattern": "+.", "trunks": ["second", "carrier"]},
        {"trunks": ["carrier", "second"]},
        {"trunks": ["second"]},
    ),
    "trunks": (
        {"name": "third", "server": "third.example", "accept_from": ["203.0.113.0/24", "198.51.100.7/32"]},
        {"accept_from": ["203.0.113.0/24"]},
        {"accept_from": []},
    ),
    "locations": (
        {"name": "Office", "address": ADDRESS, "extensions": ["1002", "1001"]},
        {"extensions": ["1001"]},
        {"extensions": []},
    ),
    "webhooks": (
        {"name": "Helpdesk", "url": "https://hooks.example.com/", "events": ["voicemail.left", "person.created"]},
        {"events": ["person.created", "voicemail.left", "person.closed"]},
        {"events": ["person.created"]},
    ),
    "rooms": (
        {"number": "8000", "hosts": ["1002", "1001"]},
        {"hosts": ["1001"], "pin": "8362"},
        {"hosts": []},
    ),
    "mailboxes": (
        {"number": "7900", "members": ["1002", "1001"]},
        {"members": ["1001"], "enabled": False},
        {"members": ["1002"], "enabled": True},
    ),
    "roles": (
        {"name": "Helpdesk", "permissions": ["sign_in_help", "people_read", "phones_change"]},
        {"permissions": ["people_read", "phones_change"]},
        {"permissions": ["people_read"]},
    ),
}
"""A new object of each kind, and the changes of two administrators to one of its lists."""
ADA = {"extension": "1001"}
SETTINGS: Mapping[str, tuple[str, str, Mapping[str, Any], Mapping[str, Any]]] = {
    "policy": ("PATCH", "fraud/policy", {"countries": ["FR"]}, {"countries": ["AT"]}),
    "limits": ("PATCH", "fraud/limits", {"calls_per_hour": 1}, {"calls_per_hour": 2}),
    "rights": ("PATCH", "fraud/limits", {"reach": "inside"} | ADA, {"reach": "national"} | ADA),
    "retention": ("PUT", "retention", {"periods": {"history": "P3M"}}, {"periods": {"history": "P6M"}}),
    "feature codes": ("PATCH", "feature-codes/echo", {"code": "*70"}, {"code": ""}),
}
"""Method and path of settings that exist once in a tenant, and the changes of two administrators."""
PLAN = {"name": "Business", "price": 1_000_000, "included": {"mobile": 50}}


async def offices(world: World) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    """Return two administrators of a tenant with two extensions and two trunks."""
    for number in ("1001", "1002"):
        await world.user(world.acme, number)
    for name in ("carrier", "second"):
        await world.services.trunks.create(world.acme.id, NewTrunk(name, f"{name}.example"))
    admin = await world.admin(world.acme)
    return admin, await world.signed_in("admin@acme.example")


@pytest.mark.parametrize("kind", CASES)
async def test_a_list_that_was_changed_meanwhile_is_not_overwritten(world: World, kind: str) -> None:
    first, second = await offices(world)
    new, change, other = CASES[kind]
    made = await first.post(API + kind, json=new)
    assert made.status_code == 201, made.text
    path = f"{API}{kind}/{made.json()['id']}"
    listed = (await second.get(API + kind)).json()["items"]
    [read] = [each for each in listed if each["id"] == made.json()["id"]]
    assert made.headers["ETag"] == (await first.get(path)).headers["ETag"] == f'"{read["version"]}"'

    changed = await first.patch(path, json=change, headers={"If-Match": f'"{read["version"]}"'})
    assert changed.status_code == 200, changed.text
    refused = await second.patch(path, json=other, headers={"If-Match": f'"{read["version"]}"'})
    assert (refused.status_code, refused.json()["code"]) == (412, "changed_meanwhile"), refused.text
    shown = await second.get(path)
    assert shown.json() == changed.json()

    again = await second.patch(path, json=other, headers={"If-Match": shown.headers["ETag"]})
    assert again.status_code == 200, again.text
    assert again.json()["version"] != changed.json()["version"]
    assert (await first.patch(path, json=change)).status_code == 200, "the condition is optional"
    assert (await first.patch(path, json=other, headers={"If-Match": "*"})).status_code == 200
    several = await first.patch(path, json=change, headers={"If-Match": f'"0", {again.headers["ETag"]}'})
    assert several.status_code == 200, several.text


@pytest.mark.parametrize("kind", CASES)
async def test_one_of_two_changes_at_the_same_time_is_refused(world: World, kind: str) -> None:
    first, second = await offices(world)
    new, change, other = CASES[kind]
    made = await first.post(API + kind, json=new)
    path, condition = f"{API}{kind}/{made.json()['id']}", {"If-Match": made.headers["ETag"]}
    answers = await asyncio.gather(
        first.patch(path, json=change, headers=condition), second.patch(path, json=other, headers=condition)
    )
    assert sorted(each.status_code for each in answers) == [200, 412]


async def test_a_refused_change_of_a_mailbox_leaves_its_pin(world: World) -> None:
    clients = await offices(world)
    made = await clients[0].post(f"{API}mailboxes", json=CASES["mailboxes"][0])
    path, condition = f"{API}mailboxes/{made.json()['id']}", {"If-Match": made.headers["ETag"]}
    pins = ("8264", "7391")
    answers = await asyncio.gather(
        *(
            client.patch(path, json={"members": [], "pin": pin, "name": pin}, headers=condition)
            for client, pin in zip(clients, pins, strict=True)
        )
    )
    assert sorted(each.status_code for each in answers) == [200, 412]
    for answer, pin in zip(answers, pins, strict=True):
        correct = await world.services.mailboxes.check_pin(world.acme.id, made.json()["id"], pin)
        assert correct == (answer.status_code == 200), pin


@pytest.mark.parametrize("kind", [*CASES, "plans"])
async def test_what_was_changed_meanwhile_is_not_deleted(world: World, kind: str) -> None:
    first, second = (world.client(operator=True),) * 2 if kind == "plans" else await offices(world)
    new, change = (PLAN, {"included": {"mobile": 60}}) if kind == "plans" else CASES[kind][:2]
    made = await first.post(API + kind, json=new)
    path, condition = f"{API}{kind}/{made.json()['id']}", {"If-Match": made.headers["ETag"]}
    changed = await first.patch(path, json=change)
    assert changed.status_code == 200, changed.text
    refused = await second.delete(path, headers=condition)
    assert (refused.status_code, refused.json()["code"]) == (412, "changed_meanwhile"), refused.text
    shown = await second.get(path)
    assert shown.json() == changed.json()
    deleted = await second.delete(path, headers={"If-Match": shown.headers["ETag"]})
    assert deleted.status_code == 204, deleted.text
    assert (await first.get(path)).status_code == 404


@pytest.mark.parametrize("scope", [{"extension": "1001"}, {"trunk": "carrier"}, {}])
async def test_the_first_limits_are_conditional_too(world: World, scope: Mapping[str, str]) -> None:
    first, second = await offices(world)
    path, change = f"{API}fraud/limits", {"concurrent": 3, **scope}
    unset = await first.get(path, params=scope)
    assert (unset.status_code, unset.json()["concurrent"]) == (200, None), unset.text
    condition = {"If-Match": unset.headers["ETag"]}
    changed = await first.patch(path, json=change, headers=condition)
    assert changed.status_code == 200, changed.text
    refused = await second.patch(path, json=change, headers=condition)
    assert refused.status_code == 412, refused.text
    assert (await second.get(path, params=scope)).json() == changed.json()


@pytest.mark.parametrize("kind", SETTINGS)
async def test_settings_that_were_changed_meanwhile_are_not_overwritten(world: World, kind: str) -> None:
    first, second = await offices(world)
    method, path, change, other = SETTINGS[kind]
    before = await first.request(method, API + path, json=change)
    assert before.status_code == 200, before.text
    condition = {"If-Match": before.headers["ETag"]}
    assert condition == {"If-Match": f'"{before.json()["version"]}"'}
    answers = await asyncio.gather(
        first.request(method, API + path, json=other, headers=condition),
        second.request(method, API + path, json=other, headers=condition),
    )
    assert sorted(each.status_code for each in answers) == [200, 412]
    [changed] = [each.json() for each in answers if each.status_code == 200]
    assert changed["version"] in (await second.get(API + path.partition("/")[0])).text
    again = await second.request(method, API + path, json=change, headers={"If-Match": f'"{changed["version"]}"'})
    assert (again.status_code, again.json()) == (200, before.json())
    assert (await first.request(method, API + path, json=other)).status_code == 200, "the condition is optional"


async def test_a_plan_that_was_changed_meanwhile_is_not_overwritten(world: World) -> None:
    operator = world.client(operator=True)
    made = await operator.post(f"{API}plans", json=PLAN)
    path, condition = f"{API}plans/{made.json()['id']}", {"If-Match": made.headers["ETag"]}
    answers = [
        await operator.patch(path, json={"included": included}, headers=condition)
        for included in ({"mobile": 50, "": 100}, {"mobile": 60})
    ]
    assert [each.status_code for each in answers] == [200, 412]
    assert (await operator.get(path)).json() == answers[0].json()


async def test_states_are_no_change_of_the_settings(world: World) -> None:
    """The switch of opening hours, agents that sign in, and people with a role leave a version as it is."""
    admin, _ = await offices(world)
    versions: dict[str, str] = {}
    for kind in ("hours", "queues", "roles"):
        made = (await admin.post(API + kind, json=CASES[kind][0])).json()
        versions[f"{API}{kind}/{made['id']}"] = made["version"]
    hours, queue, role = versions
    person = await world.person(world.acme, "helper@acme.example")
    for answer in (
        await admin.patch(hours, json={"switch": "closed"}),
        await admin.patch(f"{queue}/agents/1002", json={"signed_in": True}),
        await admin.put(f"{role}/persons/{person.id}"),
    ):
        assert answer.status_code in (200, 204), answer.text
    for path, version in versions.items():
        assert (await admin.get(path)).json()["version"] == version, path
    held = (await admin.get(f"{API}persons/{person.id}/roles")).json()["items"]
    assert [each["version"] for each in held] == [versions[role]]


async def test_an_import_of_holidays_is_conditional_too(world: World) -> None:
    admin, _ = await offices(world)
    made = await admin.post(f"{API}hours", json=CASES["hours"][0])
    condition = {"If-Match": made.headers["ETag"]}
    path, body = f"{API}hours/office/holidays", {"calendar": CALENDAR}
    assert (await admin.post(path, json=body, headers=condition)).status_code == 200
    refused = await admin.post(path, json=body, headers=condition)
    assert refused.status_code == 412, refused.text
