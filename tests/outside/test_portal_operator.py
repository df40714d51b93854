"""The operator's pages: a backup is made and tried by a click, health shows the parts of the running server, keys are
replaced, and an organisation is suspended."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from client_pages import PHONE_VIEWPORT, Client, Clients
from page_checks import PageChecker, Scheme
from playwright.sync_api import Page, ViewportSize, expect
from portal_pages import (
    DESKTOP_OPTIONS,
    OPERATOR_EMAIL,
    OPERATOR_PASSWORD,
    create_operator,
    sign_in_before_loading,
)
from server import Server
from test_client_pages import LOCALES, unique

from unificx.privacy import verify_export

CUSTOMER_EMAIL, CUSTOMER_PASSWORD = "hanna.hafen@example.com", "seven gulls over the mole"


def operator_desk(clients: Clients, server: Server, language: str) -> Client:
    """The portal at desk size, signed in as an operator. None of its pages is loaded yet."""
    desk = clients(**DESKTOP_OPTIONS, language=LOCALES[language])
    sign_in_before_loading(desk, OPERATOR_EMAIL, OPERATOR_PASSWORD)
    return desk


@pytest.fixture(scope="module")
def operated(server: Server) -> Server:
    """With an operator who has a password of their own."""
    create_operator(server)
    return server


@pytest.mark.promise("T3")
def test_a_backup_is_made_and_tried_by_a_click(clients: Clients, operated: Server) -> None:
    desk = operator_desk(clients, operated, "en")
    desk.page.goto(f"{desk.origin}/portal/backups")
    expect(desk.page.get_by_role("button", name="Back up now")).to_be_visible()
    before = desk.page.get_by_text("Checked", exact=True).count()
    desk.page.get_by_role("button", name="Back up now").click()
    expect(desk.page.get_by_text("Checked", exact=True)).to_have_count(before + 1, timeout=120_000)
    expect(desk.page.get_by_role("button", name="Back up now")).to_be_visible()
    check_pages(desk, "en", "light")
    parts = desk.page.get_by_role("list", name="Parts of the server").get_by_role("listitem")
    for each in ("Database", "Mixer"):
        expect(parts.filter(has_text=re.compile(f"^{each}"))).to_contain_text("Works")
    replace_keys(desk.page, desk.origin)
    check_pages(operator_desk(clients, operated, "de"), "de", "dark")


def replace_keys(page: Page, origin: str) -> None:
    """Replace the keys of all organisations and the master key; the page says when they were."""
    page.goto(f"{origin}/portal/keys")
    for section, button, title in (
        ("Keys of organisations", "Replace all", "Replace the keys of all organisations?"),
        ("Master key", "Replace the master key", "Replace the master key?"),
    ):
        region = page.get_by_role("region", name=section)
        expect(region).to_contain_text("Not replaced yet.")
        region.get_by_role("button", name=button).click()
        page.get_by_role("dialog", name=title).get_by_role("button", name="Replace", exact=True).click()
        expect(region).to_contain_text(re.compile("Last replaced: .*[0-9]"))


def check_pages(desk: Client, language: str, scheme: Scheme) -> None:
    walk, sizes = PageChecker(desk, language), (DESKTOP_OPTIONS["viewport"], PHONE_VIEWPORT)
    walk.open_and_check(["/portal/keys", "/portal/backups", "/portal/health"], scheme, *sizes, keyboard=True)
    assert unique(walk) == []
    assert desk.complaints == []


@pytest.fixture
def customer(operated: Server) -> Iterator[str]:
    """The name of an organisation with an administrator, and without anything else."""
    server = operated.with_tenant("harbourside")
    new = {"name": "Hanna Hafen", "email": CUSTOMER_EMAIL, "password": CUSTOMER_PASSWORD, "role": "tenant_admin"}
    with server.rest() as rest:
        made = rest.post("/api/v1/persons", params={"tenant": server.tenant}, json=new)
        assert made.status_code == 201, made.text
        name = rest.get(f"/api/v1/tenants/{server.tenant}").json()["name"]
    operated.canaries |= {CUSTOMER_EMAIL, CUSTOMER_PASSWORD, new["name"]}
    yield name
    server.delete_tenant()


def refused_sign_in(server: Server) -> str:
    """Sign in as the administrator of the suspended organisation; return the reference of the refusal."""
    body = {"email": CUSTOMER_EMAIL, "password": CUSTOMER_PASSWORD}
    answer = httpx.post(f"{server.ready['http']}/api/v1/sessions", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "account_suspended")
    return answer.json()["reference"]


@pytest.mark.promise("U9")
def test_an_organisation_is_suspended_with_a_reason_and_resumed(
    clients: Clients, operated: Server, customer: str
) -> None:
    desk = operator_desk(clients, operated, "en")
    page, walk = desk.page, PageChecker(desk, "en")

    def check(label: str) -> None:
        walk.label = label
        looks: tuple[tuple[ViewportSize, Scheme], ...] = (
            (PHONE_VIEWPORT, "light"),
            (DESKTOP_OPTIONS["viewport"], "dark"),
        )
        for size, scheme in looks:
            page.set_viewport_size(size)
            walk.check(scheme)

    page.goto(f"{desk.origin}/portal/organisation")
    choose_organisation(page, customer)
    page.get_by_role("button", name="Suspend the organisation").click()
    form = page.get_by_role("dialog", name=f"Suspend {customer}")
    effects = form.get_by_role("list", name="This happens at once:")
    expect(effects).to_contain_text("1 person is signed out")
    expect(effects).to_contain_text("The phones of 0 extensions reach only emergency numbers.")
    form.get_by_role("combobox", name="Reason").click()
    expect(page.get_by_role("option", name="Absence")).to_have_count(0)
    page.get_by_role("option", name="Unpaid invoice").click()
    form.get_by_label("Explanation for its administrators").fill("Invoice 17 is open.")
    form.get_by_label("Ends at").fill("2020-01-01T10:00")
    form.get_by_role("button", name="Suspend", exact=True).click()
    expect(form.get_by_text("Choose a time in the future.")).to_be_visible()
    check("the form of a suspension")
    form.get_by_label("Ends at").fill("")
    form.get_by_role("button", name="Suspend", exact=True).click()
    expect(form).to_have_count(0)
    region = page.get_by_role("region", name="Suspension")
    expect(region).to_contain_text("Suspended: Unpaid invoice")
    expect(region).to_contain_text("Invoice 17 is open.")
    expect(region.get_by_role("link")).to_have_count(0)

    reference = refused_sign_in(operated)
    asked = {"reference": reference, "text": "It was paid on Monday."}
    review = httpx.post(f"{operated.ready['http']}/api/v1/suspensions/review", json=asked)
    assert review.status_code == 201, review.text
    page.reload()
    choose_organisation(page, customer, suspended=True)
    expect(region).to_contain_text("The organisation asks for a review.")
    check("a suspension with a review")
    region.get_by_role("link", name="Requests to the operator").click()
    page.get_by_role("button", name="Review of a suspension").click()
    request = page.get_by_role("region", name="Review of a suspension")
    expect(request).to_contain_text("It was paid on Monday.")
    check("a review in the queue of the operator")
    request.get_by_role("button", name="Answer", exact=True).click()
    expect(request.get_by_role("alert")).to_contain_text("Another person decides about the review.")
    page.goto(f"{desk.origin}/portal/organisation")
    choose_organisation(page, customer, suspended=True)
    region.get_by_role("button", name="Resume the organisation").click()
    expect(page.get_by_role("button", name="Suspend the organisation")).to_be_visible()
    body = {"email": CUSTOMER_EMAIL, "password": CUSTOMER_PASSWORD}
    assert httpx.post(f"{operated.ready['http']}/api/v1/sessions", json=body).status_code == 201
    verify_audit_log(page, desk.origin)
    check("the verified audit log")
    assert unique(walk) == []
    assert [each for each in desk.complaints if "403" not in each] == []


def verify_audit_log(page: Page, origin: str) -> None:
    """Verify the log on the server, and the downloaded file without it."""
    page.goto(f"{origin}/portal/privacy/audit")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("The log is complete and unchanged")).to_be_visible()
    with page.expect_download() as file:
        page.get_by_role("button", name="Download the log").click()
    lines = [json.loads(each) for each in file.value.path().read_text("utf-8").splitlines()]
    assert verify_export(lines).ok
    assert verify_export([*lines[:-2], lines[-1]]).faults


def choose_organisation(page: Page, name: str, *, suspended: bool = False) -> None:
    page.get_by_role("button", name=re.compile("^Organisation: ")).click()
    item = page.get_by_role("menuitem", name=name)
    if suspended:
        expect(item).to_contain_text("suspended")
    item.click()
    expect(page.get_by_role("button", name=f"Organisation: {name}")).to_be_visible()
