"""A custom role in the portal: made, given, used within its limits, and withdrawn while its holder is signed in."""

import re

import httpx
import pytest
from browser import fetch_in_page
from client_pages import Client, Clients
from page_checks import PageChecker
from playwright.sync_api import Page, Response, expect
from portal_pages import DESKTOP_OPTIONS, accept_terms, create_administrator, give_password, open_person, portal
from portal_pages import EMAIL as ADMINISTRATOR
from server import Household, Server

NAME, EMAIL, PASSWORD = "Idalotte Stützpunkt", "idalotte@example.com", "nine lanterns on the quay"


@pytest.fixture(scope="module")
def administered(server: Server, household: Household) -> None:
    create_administrator(server)
    server.canaries |= {NAME, EMAIL, PASSWORD}
    with server.rest() as rest:
        new = {"name": NAME, "email": EMAIL, "password": PASSWORD}
        assert rest.post("/api/v1/persons", params={"tenant": server.tenant}, json=new).status_code == 201


@pytest.fixture
def desk(clients: Clients, administered: None) -> Client:
    return portal(clients)


def links_of_home(page: Page) -> list[str]:
    return page.get_by_role("main").get_by_role("list", name="Sections").get_by_role("link").all_inner_texts()


@pytest.mark.promise("T3")
def test_a_role_is_made_given_and_withdrawn_in_the_portal(desk: Client, clients: Clients, server: Server) -> None:
    page, walk = desk.page, PageChecker(desk, "en")
    page.goto(f"{desk.origin}/portal/roles")
    page.get_by_role("button", name="New role").click()
    form = page.get_by_role("dialog", name="New role")
    form.get_by_role("textbox", name="Name", exact=True).fill("Helpdesk")
    read = form.get_by_role("checkbox", name="See people and phones")
    form.get_by_role("checkbox", name="Manage phones").check()
    expect(read).to_be_checked()
    form.get_by_role("checkbox", name="Help with signing in").check()
    walk.label = "the form of a role"
    walk.check("light", "dark")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    open_person(desk, NAME)
    page.get_by_role("combobox", name="Roles").click()
    page.get_by_role("option", name="Helpdesk").click()
    expect(page.get_by_text(f"{NAME} has the role Helpdesk.")).to_be_visible()

    people = f"{server.ready['http']}/api/v1/people"
    signed = httpx.post(f"{server.ready['http']}/api/v1/sessions", json={"email": EMAIL, "password": PASSWORD}).json()
    session = {"Authorization": f"Bearer {signed['token']}"}
    assert httpx.get(people, headers=session).status_code == 200
    assert httpx.get(f"{server.ready['http']}/api/v1/trunks", headers=session).status_code == 403

    helper = clients(**DESKTOP_OPTIONS)
    answers: list[Response] = []
    helper.page.on("response", lambda each: answers.append(each))
    helper.page.goto(f"{helper.origin}/portal/sign-in")
    give_password(helper.page, EMAIL, PASSWORD)
    accept_terms(helper.page)
    expect(helper.page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    assert links_of_home(helper.page) == ["People & phones", "Help requests"]
    expect(helper.page.get_by_role("banner").get_by_role("button", name=re.compile("otifications"))).to_have_count(0)
    at_home = PageChecker(helper, "en")
    at_home.label = "Home with links"
    at_home.check("light", "dark")
    assert [each.url for each in answers if each.status == 403] == []
    helper.page.get_by_role("main").get_by_role("link", name="People & phones").click()
    expect(helper.page.get_by_role("table").get_by_text(NAME).first).to_be_visible()

    helper.page.goto(f"{helper.origin}/portal/trunks")
    expect(helper.page.get_by_role("heading", name="Not permitted", level=1)).to_be_visible()
    refused = PageChecker(helper, "en")
    refused.label = "a page that the role does not include"
    refused.check("light", "dark")
    assert [each.url for each in answers if each.status == 403] == []
    helper.page.goto(f"{helper.origin}/portal/people")
    expect(helper.page.get_by_role("table").get_by_text(NAME).first).to_be_visible()

    page.get_by_role("combobox", name="Roles").press("Backspace")
    expect(page.get_by_text(f"{NAME} no longer has the role Helpdesk.")).to_be_visible()
    assert httpx.get(people, headers=session).status_code == 403
    assert fetch_in_page(helper.page, "GET", "/people")[0] == 403
    helper.page.reload()
    expect(helper.page.get_by_role("heading", name="Not permitted", level=1)).to_be_visible()
    findings = list(dict.fromkeys(walk.findings + at_home.findings + refused.findings))
    assert not findings, "\n".join(findings)


@pytest.mark.promise("K1")
def test_a_group_of_the_identity_provider_is_linked_to_a_role(desk: Client, server: Server) -> None:
    tenant, page, walk = {"tenant": server.tenant}, desk.page, PageChecker(desk, "en")
    with server.rest() as rest:
        people = rest.get("/api/v1/persons", params={**tenant, "limit": 100}).json()["items"]
        ids = {each["email"]: each["id"] for each in people}
        role = {"name": "Readers", "permissions": ["people_read"]}
        assert rest.post("/api/v1/roles", params=tenant, json=role).status_code == 201
        new = {"name": "Directory", "scopes": ["scim"], "person_id": ids[ADMINISTRATOR]}
        key = rest.post("/api/v1/api-keys", params=tenant, json=new).json()["token"]
    server.canaries.add(key)
    group = {"displayName": "Service desk", "members": [{"value": ids[EMAIL]}]}
    group["schemas"] = ["urn:ietf:params:scim:schemas:core:2.0:Group"]
    made = httpx.post(f"{server.ready['http']}/scim/v2/Groups", headers={"Authorization": f"Bearer {key}"}, json=group)
    assert made.status_code == 201, made.text

    page.goto(f"{desk.origin}/portal/roles")
    page.get_by_role("combobox", name="Service desk").click()
    page.get_by_role("option", name="Readers").click()
    expect(page.get_by_text("The members of Service desk have the role Readers.")).to_be_visible()
    walk.label = "groups of the identity provider"
    walk.check("light", "dark")
    open_person(desk, NAME)
    expect(page.get_by_text("By groups of the identity provider: Readers.")).to_be_visible()
