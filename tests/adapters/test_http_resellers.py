"""Resellers: what their people see and do, and that tenants of others look unknown."""

import base64
import hashlib
import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from typing import Any

from http_world import World

from unificx.api.brand import branded_manifest, branded_page
from unificx.billing import NewPlan
from unificx.identity import NewTenant, Tenant
from unificx.identity.events import TenantDeleted
from unificx.notifications import EmailQueueDependencies
from unificx.resale import Brand, Reseller

BAKERY = {
    "slug": "bakery",
    "name": "Bakery",
    "domain": "bakery.example",
    "administrator_name": "Bea Baker",
    "administrator_email": "bea@bakery.example",
}


async def reseller(world: World, tenant: Tenant, **values: Any) -> dict[str, Any]:
    """Make a tenant a reseller."""
    body = {"tenant": tenant.slug, "name": tenant.name, "product": "Cloudphone", **values}
    answer = await world.client(operator=True).post("/api/v1/resellers", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def audited(world: World, tenant: str) -> set[str]:
    found = await world.client(operator=True).get(f"/api/v1/audit/entries?tenant={tenant}")
    return {each["action"] for each in found.json()["items"]}


async def test_a_reseller_sells_to_tenants_of_its_own(world: World) -> None:
    operator, plans = world.client(operator=True), world.services.billing.plans
    for name in ("Small", "Secret"):
        await plans.create(NewPlan(name, "EUR", 10_000_000, 1_000_000))
    made = await reseller(world, world.acme, plans=["Small"], hosts=["Phone.Acme.example"])
    assert (made["hosts"], made["tenants"]) == (["phone.acme.example"], 0)
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    assert (await user.get("/api/v1/reseller")).status_code == 403
    assert [each["name"] for each in (await admin.get("/api/v1/reseller/plans")).json()["items"]] == ["Small"]

    refused = await admin.post("/api/v1/reseller/tenants", json={**BAKERY, "plan": "Secret"})
    assert (refused.status_code, refused.json()["field"]) == (404, "plan")
    created = await admin.post("/api/v1/reseller/tenants", json={**BAKERY, "plan": "Small"})
    assert created.status_code == 201, created.text
    assert (created.json()["plan"], world.emails.sent[-1][1]) == ("Small", "bea@bakery.example")
    wrong = {**BAKERY, "slug": "bad", "domain": "bad.example", "administrator_email": "nobody"}
    assert (await admin.post("/api/v1/reseller/tenants", json=wrong)).json()["field"] == "administrator_email"
    assert world.identity.directory.tenant_by_slug("bad") is None

    shown = (await admin.get("/api/v1/reseller/tenants/bakery")).json()
    assert (shown["charges"][0]["currency"], shown["invoices"], shown["numbers"]) == ("EUR", [], 0)
    assert "bea@" not in str(shown)
    assert (await admin.put("/api/v1/reseller/tenants/bakery/plan", json={"plan": "Secret"})).status_code == 404
    assert (await admin.put("/api/v1/reseller/tenants/bakery/plan", json={"plan": "Small"})).status_code == 200

    path = "/api/v1/reseller/tenants/bakery/suspension"
    suspended = await admin.put(path, json={"reason": "payment", "text": "Unpaid"})
    assert (suspended.status_code, suspended.json()["reason"]) == (200, "payment")
    assert (await admin.get("/api/v1/reseller/tenants")).json()["items"][0]["state"] == "suspended"
    assert (await admin.get(path)).json()["text"] == "Unpaid"
    assert (await admin.delete(path)).status_code == 204
    await operator.put("/api/v1/tenants/bakery/suspension", json={"reason": "fraud", "text": "Confidential"})
    for method in ("GET", "DELETE"):
        other = await admin.request(method, path)
        assert other.status_code == 403
        assert "Confidential" not in other.text
    assert {"suspend_customer", "assign_customer_plan"} <= await audited(world, "bakery")
    assert "create_customer" in await audited(world, "acme")


async def test_a_reseller_never_sees_tenants_of_another(world: World) -> None:
    await world.identity.tenants.create(NewTenant("third", "Third Ltd", "third.example"))
    mine, other = await reseller(world, world.acme), await reseller(world, world.globex)
    operator = world.client(operator=True)
    assert (await operator.put(f"/api/v1/resellers/{other['id']}/tenants/third")).status_code == 204
    taken = await operator.put(f"/api/v1/resellers/{mine['id']}/tenants/third")
    assert taken.status_code == 409
    admin, third = await world.admin(world.acme), world.identity.directory.tenant_by_slug("third")
    assert third is not None
    unknown = (await admin.get("/api/v1/reseller/tenants/no-such")).json()
    bodies = {"plan": {"plan": "Small"}, "suspension": {"reason": "other"}}
    for name in ("third", third.id, "globex", "acme", "operator"):
        for method, end in (("GET", ""), ("PUT", "/plan"), ("PUT", "/suspension"), ("GET", "/suspension")):
            path = f"/api/v1/reseller/tenants/{name}{end}"
            answer = await admin.request(method, path, json=bodies.get(end[1:]) if method == "PUT" else None)
            assert answer.json() == unknown, path
        assert (await admin.delete(f"/api/v1/reseller/tenants/{name}/suspension")).json() == unknown
        path = f"/api/v1/resellers/{mine['id']}/tenants/{name}"
        assert (await admin.put(path)).status_code == 403
    assert (await admin.get("/api/v1/reseller/tenants")).json()["items"] == []
    assert world.identity.directory.tenant_by_slug("third") == third

    theirs = await world.admin(world.globex)
    assert [each["slug"] for each in (await theirs.get("/api/v1/reseller/tenants")).json()["items"]] == ["third"]
    for path in ("persons", "extensions", "history", "recordings", "tenants/third", "billing/plan"):
        assert (await theirs.get(f"/api/v1/{path}?tenant=third")).status_code == 404, path


async def test_the_end_of_a_reseller_leaves_its_tenants_to_the_operator(world: World) -> None:
    made, operator = await reseller(world, world.acme), world.client(operator=True)
    resellers, path = world.services.resellers, f"/api/v1/resellers/{made['id']}"
    world.outbox.subscribe(TenantDeleted, resellers.on_tenant_deleted)
    await operator.put(f"{path}/tenants/globex")
    await operator.delete(f"{path}/tenants/globex")
    assert resellers.directory.of_tenant(world.globex.id) is None
    await operator.put(f"{path}/tenants/globex")
    await resellers.start()
    found = resellers.directory.of_tenant(world.globex.id)
    assert found is not None
    assert found.id == made["id"]
    await world.identity.tenants.delete(world.globex.id)
    await world.outbox.deliver()
    assert (await operator.get(path)).json()["tenants"] == 0
    await world.identity.tenants.delete(world.acme.id)
    await world.outbox.deliver()
    assert (await operator.get(path)).status_code == 404
    await resellers.start()
    assert resellers.directory.all() == []


async def test_the_operator_decides_who_resells_and_the_reseller_about_its_brand(world: World) -> None:
    made, operator = await reseller(world, world.acme, hosts=["a.example"]), world.client(operator=True)
    admin = await world.admin(world.acme)
    bright = await admin.patch("/api/v1/reseller", json={"accent": "#ffee00"})
    assert (bright.status_code, bright.json()["field"]) == (422, "accent")
    changed = await admin.patch("/api/v1/reseller", json={"product": "Talk", "support_email": "help@acme.example"})
    assert (changed.json()["product"], changed.json()["hosts"]) == ("Talk", ["a.example"])
    assert (await admin.patch("/api/v1/reseller", json={"hosts": ["b.example"]})).status_code == 422
    assert (await admin.put("/api/v1/reseller/logo", content=b"<svg/>")).json()["field"] == "logo"
    clash = {"tenant": "globex", "name": "Globex", "product": "Other", "hosts": ["a.example"]}
    assert (await operator.post("/api/v1/resellers", json=clash)).json()["field"] == "hosts"
    again = {**clash, "tenant": "acme", "hosts": []}
    assert (await operator.post("/api/v1/resellers", json=again)).status_code == 409
    assert (await operator.post("/api/v1/resellers", json={**again, "tenant": "operator"})).status_code == 422
    path = f"/api/v1/resellers/{made['id']}"
    assert (await operator.patch(path, json={"hosts": ["b.example"]})).json()["hosts"] == ["b.example"]
    assert (await operator.patch(path, json={"plans": ["None"]})).status_code == 404
    assert (await operator.delete(path)).status_code == 204
    assert (await admin.get("/api/v1/reseller")).status_code == 404


async def test_visitors_see_the_brand_of_the_host_name(world: World) -> None:
    values = {"accent": "#7a1f4b", "hosts": ["phone.acme.example"], "support_email": "help@acme.example"}
    await reseller(world, world.acme, **values, name="Acme & Co")
    admin = await world.admin(world.acme)
    assert (await admin.put("/api/v1/reseller/logo", content=image())).json()["has_logo"]
    visitor, host = world.client(), {"host": "phone.acme.example:8443"}
    own, brand = [(await visitor.get("/api/v1/brand", headers=each)).json() for each in ({}, host)]
    assert (own["product"], own["shades"], own["logo"]) == ("UnifiCX", None, None)
    assert (brand["product"], brand["company"], brand["shades"][8]) == ("Cloudphone", "Acme & Co", "#7a1f4b")
    logo = await visitor.get(brand["logo"], headers=host)
    assert (logo.headers["content-type"], logo.content) == ("image/png", image())
    assert (await visitor.get(brand["logo"])).status_code == 404

    page = await visitor.get("/privacy", headers=host)
    assert "Acme &amp; Co sells this service" in page.text
    assert "<title>Privacy policy – Cloudphone</title>" in page.text
    style = page.text.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert digest in page.headers["content-security-policy"]
    assert "--link:#7a1f4b" in style
    assert "Acme" not in (await visitor.get("/privacy")).text


def test_the_client_is_marked_with_the_brand_of_its_host_name() -> None:
    brand = Brand('Cloud"<phone>', "#7a1f4b", logo=b"png")
    found = Reseller("r", "t", "Acme", brand, datetime.now(UTC))
    served = '<title>UnifiCX portal</title><meta name="theme-color" content="#0b5563" /><p role="status">UnifiCX</p>'
    page = branded_page(served, found)
    assert "<phone>" not in page
    assert "<title>Cloud&quot;&lt;phone&gt; portal</title>" in page
    assert '<p role="status">Cloud&quot;&lt;phone&gt;</p>' in page
    assert 'name="theme-color" content="#7a1f4b"' in page
    manifest = json.loads(branded_manifest('{"name": "UnifiCX", "icons": [], "screenshots": [], "id": "/app/"}', found))
    assert (manifest["name"], manifest["theme_color"], manifest["id"]) == ('Cloud"<phone>', "#7a1f4b", "/app/")
    assert manifest["icons"][0]["src"] == brand.logo_path


def test_emails_to_the_people_of_a_reseller_have_its_name() -> None:
    dependencies = EmailQueueDependencies(*[None] * 5, Address("UnifiCX", "no-reply", "pbx.example"))  # type: ignore[arg-type]
    branded = replace(dependencies, product={"acme": "Cloudphone"}.get)
    shown = [each.sender_for(tenant) for each in (dependencies, branded) for tenant in ("acme", "globex")]
    assert [each.display_name for each in shown] == ["UnifiCX", "UnifiCX", "Cloudphone", "UnifiCX"]
    assert {each.addr_spec for each in shown} == {"no-reply@pbx.example"}


def image() -> bytes:
    """Return a PNG image of one grey pixel."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)

    header = chunk(b"IHDR", bytes((0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")
