"""A custom role in the portal: made, given, and withdrawn while its holder is signed in."""

import httpx
import pytest
from client_pages import Client, Clients
from page_checks import PageChecker
from playwright.sync_api import expect
from portal_pages import create_administrator, open_person, portal
from server import Household, Server

NAME, EMAIL, PASSWORD = "Idalotte Stützpunkt", "idalotte@example.com", "nine lanterns on the quay"


@pytest.fixture
def desk(clients: Clients, server: Server, household: Household) -> Client:
    create_administrator(server)
    server.canaries |= {NAME, EMAIL, PASSWORD}
    with server.rest() as rest:
        new = {"name": NAME, "email": EMAIL, "password": PASSWORD}
        assert rest.post("/api/v1/persons", params={"tenant": server.tenant}, json=new).status_code == 201
    return portal(clients)


@pytest.mark.promise("T3")
def test_a_role_is_made_given_and_withdrawn_in_the_portal(desk: Client, server: Server) -> None:
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

    page.get_by_role("combobox", name="Roles").press("Backspace")
    expect(page.get_by_text(f"{NAME} no longer has the role Helpdesk.")).to_be_visible()
    assert httpx.get(people, headers=session).status_code == 403
    findings = list(dict.fromkeys(walk.findings))
    assert not findings, "\n".join(findings)
