"""Rate decks and costs by API."""

from datetime import timedelta

import pytest
from http_world import World

from unificx.cdr.events import OutsideCallRecorded

CSV = "prefix,price,first,next,name\n49,0.01,60,1,Germany\n4917,0.1,60,60,Germany mobile\n"
DECKS = "/api/v1/billing/rate-decks"


async def called_outside(world: World, seconds: int = 60, call_id: str = "call") -> None:
    """Rate a call of extension 1001 to Germany."""
    extension = await world.identity.extensions.get(world.acme.id, "1001")
    ids = world.clock.new_id(), world.acme.id, f"{call_id}/0", call_id, extension.id, "trunk"
    event = OutsideCallRecorded(*ids, "4930123", "DE", world.clock.now(), seconds)
    async with world.database.begin() as uow:
        uow.publish(event)
    await world.outbox.deliver()


@pytest.mark.promise("U4")
async def test_an_operator_imports_a_deck_and_an_administrator_sees_the_costs(world: World) -> None:
    operator, admin = world.client(operator=True), await world.admin(world.acme)
    await world.user(world.acme, "1001")
    tenant = {"tenant": "acme"}
    made = (await operator.post(DECKS, params=tenant, json={"name": "Carrier"})).json()
    assert (made["state"], made["currency"]) == ("draft", "EUR")
    path = f"{DECKS}/{made['id']}"
    german = {"Accept-Language": "de"}
    refused = (await operator.put(f"{path}/rates", params=tenant, content=CSV + "49,x\n", headers=german)).json()
    fault = {"line": 4, "problem": "price muss eine Zahl mit höchstens sechs Nachkommastellen sein."}
    assert refused == {"rates": 0, "faults": [fault], "changes": None}
    result = (await operator.put(f"{path}/rates", params=tenant, content=CSV)).json()
    assert (result["rates"], result["changes"]["added"]) == (2, 2)
    assert (await operator.post(f"{path}/start", params=tenant, json={})).json()["state"] == "in_force"
    await called_outside(world)
    page = (await admin.get(f"{path}/rates", params={"limit": 1})).json()
    assert (page["items"][0]["price"], page["items"][0]["valid_from"], page["next"]) == (10_000, None, "49-2")
    page = (await admin.get(f"{path}/rates", params={"limit": 1, "cursor": page["next"]})).json()
    assert (page["items"][0]["prefix"], page["next"]) == ("4917", None)
    world.clock.advance(1)
    [usage] = (await admin.get("/api/v1/billing/usage")).json()["items"]
    assert (usage["number"], usage["calls"], usage["amount"], usage["currency"]) == ("1001", 1, 10_000, "EUR")
    [usage] = (await admin.get("/api/v1/billing/usage", params={"by": "country"})).json()["items"]
    assert (usage["key"], usage["number"]) == ("DE", None)
    by_department = {"by": "department"}
    [usage] = (await admin.get("/api/v1/billing/usage", params=by_department)).json()["items"]
    assert (usage["key"], usage["name"], usage["amount"]) == ("", None, 10_000)
    extension = await world.identity.extensions.get(world.acme.id, "1001")
    await admin.patch(f"/api/v1/persons/{extension.person_id}", json={"department": "Sales"})
    [usage] = (await admin.get("/api/v1/billing/usage", params=by_department)).json()["items"]
    assert (usage["key"], usage["calls"], usage["amount"]) == ("Sales", 1, 10_000)
    simulated = (await admin.get(f"{path}/simulation")).json()
    assert (simulated["calls"], simulated["amount"], simulated["amount_before"]) == (1, 10_000, 10_000)
    period = {"since": (world.clock.now() - timedelta(days=1)).isoformat(), "until": world.clock.now().isoformat()}
    again = (await operator.post("/api/v1/billing/rating", params=tenant, json=period)).json()
    assert again == {"calls": 1, "changed": 0, "differences": []}
    made = (await operator.post(DECKS, params=tenant, json={"name": "Corrected"})).json()
    corrected = CSV.replace("49,0.01", "49,0.02")
    assert (await operator.put(f"{DECKS}/{made['id']}/rates", params=tenant, content=corrected)).status_code == 200
    start = {"in_force": (world.clock.now() - timedelta(seconds=1)).isoformat()}
    assert (await operator.post(f"{DECKS}/{made['id']}/start", params=tenant, json=start)).status_code == 200
    preview = await operator.get("/api/v1/billing/rating", params={**tenant, **period})
    assert preview.json() == {"calls": 1, "changed": 1, "differences": [{"currency": "EUR", "amount": 10_000}]}
    assert (await admin.get("/api/v1/billing/rating", params=period)).status_code == 403
    assert (await operator.post("/api/v1/billing/rating", params=tenant, json=period)).json() == preview.json()
    assert (await operator.get("/api/v1/billing/rating", params={**tenant, **period})).json()["changed"] == 0


async def test_the_history_shows_costs_to_the_one_who_called(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    call_id = await world.record_call(world.acme, "1001", "1002")
    await called_outside(world, call_id=call_id)
    path = f"/api/v1/history/{call_id}"
    assert (await ada.get(path)).json()["costs"] == [{"billed_seconds": 0, "currency": "", "amount": 0}]
    assert (await ben.get(path)).json()["costs"] == []
    assert len((await (await world.admin(world.acme)).get("/api/v1/history")).json()["items"][0]["costs"]) == 1


async def test_only_operators_change_prices_and_users_see_neither(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    assert (await admin.post(DECKS, json={"name": "Mine"})).status_code == 403
    assert (await admin.get(DECKS)).json()["items"] == []
    assert (await user.get(DECKS)).status_code == 403
    assert (await user.get("/api/v1/billing/usage")).status_code == 403


async def test_bad_input_is_refused(world: World) -> None:
    operator, tenant = world.client(operator=True), {"tenant": "acme"}
    made = (await operator.post(DECKS, params=tenant, json={"name": "Carrier"})).json()
    path = f"{DECKS}/{made['id']}"
    assert (await operator.post(f"{path}/start", params=tenant, json={})).status_code == 409
    assert (await operator.get(f"{path}/rates", params={**tenant, "cursor": "x"})).status_code == 422
    since = {"since": "2020-01-01T00:00:00Z", "until": "2022-01-01T00:00:00Z"}
    assert (await operator.get("/api/v1/billing/usage", params={**tenant, **since})).status_code == 422
    assert (await operator.put(f"{path}/rates", params=tenant, content=b"\xff\x00")).json()["faults"]
    assert (await operator.put(f"{path}/rates", params=tenant, content=b"x" * (65 << 20))).status_code == 413
    assert (await operator.delete(path, params=tenant)).status_code == 204
    assert (await operator.get(path, params=tenant)).status_code == 404


@pytest.mark.promise("U4")
async def test_an_operator_records_payments_and_an_administrator_sees_the_balance(world: World) -> None:
    operator, admin, tenant = world.client(operator=True), await world.admin(world.acme), {"tenant": "acme"}
    path, user = "/api/v1/billing", await world.user(world.acme, "1001")
    paid = {"reference": "2027/0042", "amount": 49_900_000}
    made = await operator.post(f"{path}/payments", params=tenant, json=paid)
    assert (made.status_code, made.json()["currency"], made.json()["refund_of"]) == (201, "EUR", "")
    refused = (await operator.post(f"{path}/payments", params=tenant, json=paid)).json()
    assert (refused["status"], refused["code"], refused["field"]) == (409, "reference_recorded", "reference")
    refund = {"payment": "2027/0042", "reference": "R1", "amount": 50_000_000}
    refused = (await operator.post(f"{path}/refunds", params=tenant, json=refund)).json()
    assert (refused["status"], refused["code"], refused["field"]) == (409, "refund_too_large", "amount")
    refund["amount"] = 9_900_000
    assert (await operator.post(f"{path}/refunds", params=tenant, json=refund)).status_code == 201
    assert (await admin.post(f"{path}/payments", json=paid)).status_code == 403
    assert (await admin.post(f"{path}/refunds", json=refund)).status_code == 403
    [balance] = (await admin.get(f"{path}/balance")).json()["items"]
    assert balance == {"currency": "EUR", "sold": 0, "received": 40_000_000, "owed": -40_000_000, "unbilled": 0}
    page = (await admin.get(f"{path}/payments", params={"limit": 1})).json()
    rest = (await admin.get(f"{path}/payments", params={"limit": 1, "cursor": page["next"]})).json()
    assert ({page["items"][0]["amount"], rest["items"][0]["amount"]}, rest["next"]) == ({-9_900_000, 49_900_000}, None)
    [only] = (await admin.get(f"{path}/payments", params={"refund_of": "2027/0042"})).json()["items"]
    assert (only["reference"], only["amount"]) == ("R1", -9_900_000)
    assert (await user.get(f"{path}/payments")).status_code == (await user.get(f"{path}/balance")).status_code == 403


@pytest.mark.promise("U4", "U2")
async def test_an_operator_limits_what_a_tenant_may_owe_and_its_administrators_are_notified(world: World) -> None:
    operator, admin, tenant = world.client(operator=True), await world.admin(world.acme), {"tenant": "acme"}
    path, user = "/api/v1/billing/credit", await world.user(world.acme, "1001")
    unlimited = {"limited": False, "terms": None, "owed": None, "reserved": None, "available": None}
    assert (await admin.get(path)).json() == unlimited
    assert (await admin.put(path, json={"prepaid": False, "limit": 10**9})).status_code == 403
    assert (await operator.put(path, params=tenant, json={"prepaid": True, "limit": 10**6})).status_code == 422
    terms = {"prepaid": False, "currency": "EUR", "limit": 5_000_000, "warn_below": 10_000_000}
    made = await operator.put(path, params=tenant, json=terms)
    shown = {"limited": True, "terms": terms, "owed": 0, "reserved": 0, "available": 5_000_000}
    assert (made.status_code, made.json()) == (200, shown)
    assert (await admin.get(path)).json() == shown
    assert (await user.get(path)).status_code == 403
    assert (await admin.delete(path)).status_code == 403
    assert (await operator.delete(path, params=tenant)).status_code == 204
    assert (await operator.get(path, params=tenant)).json() == unlimited


@pytest.mark.promise("U4")
async def test_an_operator_sells_a_plan_and_an_administrator_sees_its_charges(world: World) -> None:
    operator, admin, tenant = world.client(operator=True), await world.admin(world.acme), {"tenant": "acme"}
    user = await world.user(world.acme, "1001")
    new = {"name": "Business", "price": 31_000_000, "extension_price": 2_000_000, "included": {"": 31}}
    new |= {"storage_price": 100_000, "storage_gb": 1, "extension_storage_gb": 2}
    made = await operator.post("/api/v1/plans", json=new)
    assert (made.status_code, made.json()["currency"], made.json()["tenants"]) == (201, "EUR", 0)
    path = f"/api/v1/plans/{made.json()['id']}"
    first = {"plan": "Business", "since": f"{world.clock.now():%Y-%m-01}"}
    assert (await operator.put("/api/v1/billing/plan", params=tenant, json=first)).json()["present"][
        "name"
    ] == "Business"
    assert (await operator.get("/api/v1/plans")).json()["items"][0]["tenants"] == 1
    changed = (await operator.patch(path, json={"price": 40_000_000})).json()
    assert [each["price"] for each in changed["terms"]] == [31_000_000, 40_000_000]
    assert (await operator.delete(path)).status_code == 409
    deck = (await operator.post(DECKS, params=tenant, json={"name": "Carrier"})).json()
    await operator.put(f"{DECKS}/{deck['id']}/rates", params=tenant, content=CSV)
    await operator.post(f"{DECKS}/{deck['id']}/start", params=tenant, json={})
    await called_outside(world, 40 * 60)
    assert (await admin.get("/api/v1/billing/charges")).json()["storage"] == []

    async def stored() -> dict[str, int]:
        return {world.acme.id: 4_500_000_000}

    await world.services.billing.storage.measure_if_due(stored)
    shown = (await admin.get("/api/v1/billing/charges")).json()
    amounts = [(each["kind"], each["quantity"], each["amount"]) for each in shown["charges"]]
    assert amounts == [
        ("plan", 1, 31_000_000),
        ("extensions", 1, 2_000_000),
        ("storage", 1.5, 150_000),
        ("calls", 9, 90_000),
    ]
    [use] = shown["storage"]
    assert (use["last"], use["mean"], use["included"], use["price"]) == (
        4_500_000_000,
        4_500_000_000,
        3 * 10**9,
        100_000,
    )
    assert [(each["group"], each["used_seconds"]) for each in shown["included"]] == [("", 31 * 60)]
    assert (shown["month"], shown["unrated"]) == (f"{world.clock.now():%Y-%m}", 0)
    own = (await admin.get("/api/v1/billing/plan")).json()
    assert (own["present"]["name"], own["present"]["tenants"]) == ("Business", None)
    ended = await operator.delete("/api/v1/billing/plan", params={**tenant, "since": "2026-01-31"})
    assert ended.status_code == 204
    assert [each["plan"] for each in (await admin.get("/api/v1/billing/plan")).json()["assignments"]] == [
        "Business",
        None,
    ]
    for method, url, body in (
        ("PUT", "/api/v1/billing/plan", first),
        ("DELETE", "/api/v1/billing/plan", None),
        ("POST", "/api/v1/plans", new),
        ("GET", "/api/v1/plans", None),
        ("GET", path, None),
        ("PATCH", path, {"price": 0}),
        ("PATCH", path, {"storage_price": 0}),
        ("DELETE", path, None),
    ):
        assert (await admin.request(method, url, json=body)).status_code == 403, (method, url)
    for url in ("/api/v1/billing/plan", "/api/v1/billing/charges"):
        assert (await user.get(url)).status_code == 403
    assert (await admin.get("/api/v1/billing/charges", params={"month": "2026-13"})).status_code == 422


@pytest.mark.promise("U4", "U3")
async def test_an_administrator_goes_on_after_the_trial_that_an_operator_gave(world: World) -> None:
    operator, admin, user = (
        world.client(operator=True),
        await world.admin(world.acme),
        await world.user(world.acme, "1001"),
    )
    plan, trial, tenant = "/api/v1/billing/plan", "/api/v1/billing/trial", {"tenant": "acme"}
    made = await operator.post("/api/v1/plans", json={"name": "Business", "price": 1_000_000, "trial_days": 7})
    assert (made.json()["trial_days"], made.json()["sign_up"]) == (7, False)
    assert (await admin.put(f"{trial}/continuation")).status_code == 404
    assert (await operator.put(plan, params=tenant, json={"plan": "Business", "trial_days": 400})).status_code == 422
    shown = (await operator.put(plan, params=tenant, json={"plan": "Business"})).json()["trial"]
    assert (shown["state"], shown["charged_since"]) == ("running", None)
    attention = (await admin.get("/api/v1/attention")).json()["items"]
    assert {"kind": "trial_ends", "count": 7} in attention
    last = {"until": (world.clock.now() + timedelta(days=2)).date().isoformat()}
    assert (await admin.put(trial, json=last)).status_code == 403
    assert (await operator.put(trial, params=tenant, json={"until": "2020-01-01"})).status_code == 422
    assert (await operator.put(trial, params=tenant, json=last)).json()["trial"]["until"] == last["until"]
    assert (await admin.put(f"{trial}/continuation")).status_code == 409, "no billing details"
    world.clock.advance(3 * 86_400)
    admin, user = [await world.signed_in(f"{each}@{world.acme.domain}") for each in ("admin", "user1001")]
    assert {"kind": "trial_ended", "count": 1} in (await admin.get("/api/v1/attention")).json()["items"]
    details = {"name": "Acme", "street": "Weg 2", "postcode": "20095", "city": "Hamburg", "country": "DE"}
    assert (await operator.put("/api/v1/billing/details", params=tenant, json=details)).status_code == 200
    assert (await user.put(f"{trial}/continuation")).status_code == 403
    shown = (await admin.put(f"{trial}/continuation")).json()["trial"]
    today = (await operator.get("/api/v1/billing/charges", params=tenant)).json()["charges"][0]["since"]
    assert (shown["state"], shown["charged_since"]) == ("charged", today)
    assert (await operator.put(trial, params=tenant, json=last)).status_code == 409
