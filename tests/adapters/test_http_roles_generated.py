"""Each operation of the API description by each role: the outcome is that of the action which the operation declares."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from http_world import World, api_routes
from test_http_guests import GuestWorld, opens_to_guests
from test_http_roles import TUS, operations

from unificx.api import access
from unificx.core.errors import DomainError
from unificx.identity import ASSIGNABLE, Action, CustomRoleChange, NewCustomRole, Principal, Role, may
from unificx.identity.policies.permissions import NAMED_SCOPES, SCOPES, actions_of, scopes_of
from unificx.support import needs_consent

REFUSALS = {
    "Your role does not allow this.",
    "The scopes of this API key do not allow this.",
    "API keys cannot be used for this.",
    "The key of an assistant opens its tools only.",
}
MARKS = {"signed_in", "guest"}
"""Declarations of operations that require no action."""
NAMES = {"person_id", "persons", "extension", "extensions", "extension_id", "caller", "callee", "parties", "members"}
"""Fields that name people of a tenant."""
BUSINESS = {
    "plan_tenant_closing": "the number of extensions",
    "close_tenant": "the number of extensions",
    "show_customer": "the number of extensions",
    "assign_customer_plan": "the number of extensions",
    "allow_support_access": "the consent itself, with the administrator who gave it",
    "list_support_access": "the consent itself, with the administrator who gave it",
    "end_support_access": "the consent itself, with the administrator who gave it",
}
"""Operations with such fields that the operator's staff may use without the consent of a tenant."""


LAST = {"leave_meeting"}
"""Operations that end the access of a guest."""


EXAMPLES = ("01", "0198c2a4", "2026-01", "2026-01-05", "stolen", "+49301234567", "de")
"""Values of parameters: the first one that fits the pattern."""


class Reached(DomainError):
    """Access was granted. Nothing is done."""

    code = "reached"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation, with a request for it that is valid by its description."""

    name: str
    method: str
    path: str
    url: str
    request: Mapping[str, Any]
    has_tenant: bool
    authenticated: bool
    actions: frozenset[str]
    or_own: bool
    names_people: bool
    names: frozenset[str]
    """Fields of the answers that name people."""

    @classmethod
    def of(cls, method: str, path: str, described: dict[str, Any], schemas: dict[str, Any]) -> "Operation":
        parameters = described.get("parameters", [])
        values = {
            kind: {each["name"]: _value(each) for each in parameters if each["in"] == kind and each["required"]}
            for kind in ("path", "query")
        }
        has_tenant = any(each["name"] == "tenant" for each in parameters)
        query = values["query"] | ({"tenant": "acme"} if has_tenant and "{tenant}" not in path else {})
        return cls(
            described["operationId"],
            method,
            path,
            path.format(**values["path"]),
            {"params": query, **_content(described)},
            has_tenant,
            bool(described.get("security")),
            frozenset(described.get("x-required-action", ())),
            described.get("x-own-objects", False),
            described.get("x-names-people", False),
            _fields(described["responses"], schemas, set()) & NAMES,
        )

    def required(self) -> list[Action]:
        return [Action(each) for each in self.actions - MARKS]


def _value(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    if parameter["name"] == "tenant":
        return "acme"
    if "enum" in schema or "const" in schema:
        return str(schema.get("const", schema.get("enum", [""])[0]))
    if schema.get("format") in ("date", "date-time"):
        return "2026-01-05" + ("T09:00:00Z" if schema["format"] == "date-time" else "")
    if schema.get("type") == "integer":
        return "1"
    return next((each for each in EXAMPLES if re.search(schema.get("pattern", ""), each)), EXAMPLES[0])


def _content(described: dict[str, Any]) -> dict[str, Any]:
    content = described.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return {"headers": TUS, "json": content["application/json"].get("example", {})}
    kind = next(iter(content), "application/offset+octet-stream")
    return {"headers": TUS | {"Content-Type": kind}, "content": b"x" if content else b""}


def _fields(node: Any, schemas: dict[str, Any], seen: set[str]) -> frozenset[str]:
    """Return the names of all fields of a schema, those of the schemas that it refers to as well."""
    if isinstance(node, list):
        return frozenset[str]().union(*(_fields(each, schemas, seen) for each in node))
    if not isinstance(node, dict):
        return frozenset()
    found = frozenset(node.get("properties", {}))
    reference = node.get("$ref", "").rpartition("/")[2]
    if reference and reference not in seen:
        seen.add(reference)
        found |= _fields(schemas[reference], schemas, seen)
    return found.union(*(_fields(each, schemas, seen) for each in node.values()))


class Gate:
    """Stops each request once it has got access, so that nothing is changed: in place of `access.AccessScope`."""

    def __init__(self, world: World) -> None:
        self.world, self.own_is_enough, self.made = world, False, access.AccessScope
        self.asked = 0

    def __call__(self, tenant_id: str, user: access.CurrentUser, *, only_own: bool) -> access.AccessScope:
        if only_own and not self.own_is_enough:
            return self.made(tenant_id, user, only_own=only_own)
        raise Reached("own" if only_own else "all")

    async def ask(self, client: httpx.AsyncClient, operation: Operation) -> str:
        """Return the outcome: all, own, refused, the code of another refusal, or the status."""
        self.own_is_enough, self.asked = operation.or_own, self.asked + 1
        answer = await client.request(operation.method, operation.url, **operation.request)
        if answer.status_code == 429:
            self.world.clock.advance(60)
            return await self.ask(client, operation)
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
        if answer.status_code < 400 or answer.status_code == 401:
            return str(answer.status_code)
        problem = answer.json()
        if problem["code"] == "reached":
            return problem["detail"]
        if problem["detail"] in REFUSALS or problem.get("field") == "tenant":
            return "refused"
        return problem["code"] or str(answer.status_code)


def expected(operation: Operation, principal: Principal, tenant_id: str) -> str | None:
    """Return the outcome by the declared actions; None if it depends on the request, or if what is one's own is open."""
    actions = operation.required()
    if principal.key_id and access._CREDENTIALS.fullmatch(operation.path):
        return "refused"
    if not actions:
        return None
    granted = {action for action in actions if may(principal, action, tenant_id)}
    if not granted:
        may_own = operation.or_own and may(principal, Action.OWN, tenant_id)
        return "own" if may_own else "refused"
    if Action.OWN in actions or len(granted) < len(actions):
        return None
    if any(needs_consent(principal, tenant_id, each, names_people=operation.names_people) for each in actions):
        return "support_access_needed"
    return "all"


@pytest.fixture
async def described(world: World) -> list[Operation]:
    document = (await world.client().get("/api/openapi.json")).json()
    schemas = document["components"]["schemas"]
    return [Operation.of(*each, schemas) for each in await operations(world.client())]


async def key_of(client: httpx.AsyncClient, world: World, scopes: list[str], tenant: str = "acme") -> httpx.AsyncClient:
    made = await client.post("/api/v1/api-keys", params={"tenant": tenant}, json={"name": "Program", "scopes": scopes})
    assert made.status_code == 201, made.text
    return world.client(Authorization=f"Bearer {made.json()['token']}")


async def keys_of(
    world: World, admin: httpx.AsyncClient, asked: list[Operation]
) -> list[tuple[Principal, httpx.AsyncClient, list[Operation]]]:
    """Return keys with the operations to ask with each: one of each scope for what it allows, and for each combination
    of actions one with all the scopes that allow none of them."""
    await world.person(world.acme, "boss@acme.example", Role.TENANT_ADMIN)
    boss = await world.signed_in("boss@acme.example")
    reach = [name for name in scopes_of(Role.TENANT_ADMIN) if name not in NAMED_SCOPES]
    wanted: list[tuple[httpx.AsyncClient, list[str], list[Operation]]] = []
    for name in sorted(reach, key=lambda each: len(SCOPES[each])):
        of_scope = [each for each in asked if each.required() and set(each.required()) <= SCOPES[name]]
        wanted.append((admin, [name], [each for each in of_scope if not any(each in one[2] for one in wanted)]))
    without: defaultdict[tuple[str, ...], list[Operation]] = defaultdict(list)
    for each in asked:
        without[tuple(name for name in reach if each.required() and not SCOPES[name] & set(each.required()))].append(
            each
        )
    wanted += [(boss, list(others), operations) for others, operations in without.items() if others]
    return [
        (
            Principal("x", world.acme.id, Role.TENANT_ADMIN, key_id="x", scopes=actions_of(names)),
            await key_of(client, world, names),
            operations,
        )
        for client, names, operations in wanted
    ]


async def substitute_of(world: World, admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """Return a client of a user whose password an administrator has chosen."""
    person = await world.person(world.acme, "away@acme.example")
    path = f"/api/v1/persons/{person.id}/password"
    assert (await admin.put(path, json={"password": "chosen by another"})).status_code == 204
    return await world.signed_in("away@acme.example", "chosen by another")


async def differences(
    gate: Gate, client: httpx.AsyncClient, principal: Principal, asked: list[Operation]
) -> list[tuple[str, str, str]]:
    """Return operations whose outcome differs from the expected one: (name, expected, outcome)."""
    found: list[tuple[str, str, str]] = []
    for each in asked:
        wanted = expected(each, principal, gate.world.acme.id)
        if wanted is not None and (outcome := await gate.ask(client, each)) != wanted:
            found.append((each.name, wanted, outcome))
    return found


async def custom_role_differences(gate: Gate, asked: list[Operation]) -> list[tuple[str, str, str]]:
    """Return the differences for custom roles: for each permission with it alone, which opens the operations that
    declare it, and with all others, which do not open them. One session has them one after the other."""
    world, offered = gate.world, frozenset(action for actions in ASSIGNABLE.values() for action in actions)
    roles, maker = world.identity.roles, Principal("", world.acme.id, Role.OPERATOR)
    person = await world.person(world.acme, "role@acme.example")
    role = await roles.create(maker, world.acme.id, NewCustomRole("One", offered))
    await roles.give(maker, world.acme.id, role.id, person.id)
    client = await world.signed_in("role@acme.example")
    found: list[tuple[str, str, str]] = []
    for action in sorted(offered):
        declaring = [each for each in asked if action in each.required()]
        for granted in (frozenset({action}), offered - {action}):
            await roles.update(maker, world.acme.id, role.id, CustomRoleChange(permissions=granted))
            principal = Principal("x", world.acme.id, Role.USER, "x", granted=granted)
            found += await differences(gate, client, principal, declaring)
    return found


@pytest.mark.promise("T3", "S3")
async def test_each_operation_by_each_role(
    world: World, described: list[Operation], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = [each for each in described if each.authenticated]
    assert [each.name for each in closed if not each.actions] == [], "declare the access: see api/required_access.py"
    ours = [each for each in closed if each.actions != {"guest"}]
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    staff_tenant = await world.identity.tenants.get("operator")
    await world.person(staff_tenant, "otto@operator.example", Role.OPERATOR)
    staff = await world.signed_in("otto@operator.example")
    substitute = await substitute_of(world, admin)
    anna = await world.user(world.acme, "1007")
    guest = await GuestWorld(world, anna, (await anna.post("/api/v1/meetings", json={"name": "x"})).json()).guest()
    keys = await keys_of(world, admin, ours)
    staff_key = await key_of(staff, world, ["billing:change", "installation"], "operator")
    assistant = await key_of(admin, world, ["assistant"])
    gate = Gate(world)
    monkeypatch.setattr(access, "AccessScope", gate)
    found: dict[str, Any] = {}
    tenant_id = world.acme.id

    found["signed out"] = [each.name for each in closed if await gate.ask(world.client(), each) != "401"]
    routes = [each for each in api_routes(world.app) if each.include_in_schema]
    opened = {each.name for each in routes if opens_to_guests(each.dependant)}
    guests = {each.name for each in closed if each.name not in LAST and await gate.ask(guest, each) != "401"} | LAST
    found["guest"] = guests ^ opened
    found["assistant"] = [each.name for each in ours if await gate.ask(assistant, each) != "refused"]
    in_person = [each for each in ours if each.actions != {"own"} and each.actions != {"signed_in"}]
    found["user"] = await differences(gate, user, Principal("x", tenant_id, Role.USER, "x"), in_person)
    found["admin"] = await differences(gate, admin, Principal("x", tenant_id, Role.TENANT_ADMIN, "x"), in_person)
    found["custom roles"] = await custom_role_differences(gate, in_person)
    found["substitute"] = [
        each.name
        for each in ours
        if access._PRIVATE.fullmatch(each.path) and await gate.ask(substitute, each) != "not_the_person"
    ]
    of_tenant = [each for each in in_person if each.has_tenant]
    operator = Principal("x", staff_tenant.id, Role.OPERATOR, "x")
    found["staff"] = await differences(gate, staff, operator, of_tenant)
    for principal, client, asked in keys:
        found[f"key {sorted(principal.scopes or ())}"] = await differences(gate, client, principal, asked)
    found["names people"] = [
        (each.name, sorted(each.names))
        for each in of_tenant
        if each.names and each.name not in BUSINESS and expected(each, operator, tenant_id) == "all"
    ]
    scopes = actions_of(["billing:change", "installation"])
    by_key = replace(operator, key_id="x", session_id="", scopes=scopes)
    of_operators = [each for each in of_tenant if set(each.required()) <= scopes]
    found["key of staff"] = await differences(gate, staff_key, by_key, of_operators)
    monkeypatch.undo()
    await admin.post("/api/v1/support-access", json={"hours": 1})
    monkeypatch.setattr(access, "AccessScope", gate)
    need = [each for each in of_tenant if expected(each, operator, tenant_id) == "support_access_needed"]
    found["staff with consent"] = [each.name for each in need if await gate.ask(staff, each) == "support_access_needed"]
    assert {role: each for role, each in found.items() if each} == {}
    assert gate.asked > 3500
