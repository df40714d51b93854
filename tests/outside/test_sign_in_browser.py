"""The sign-in code of the first start in a real browser, with HttpOnly session cookies."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PAGE_HTML, PAGE_PATH, fetch_in_page, shared_browser
from playwright.sync_api import BrowserContext, Page, Playwright
from server import Server

ACCESS, REFRESH, START = "__Host-unificx", "__Secure-unificx-refresh", "__Host-unificx-start"
PHONE = {"name": "Ada's phone", "kind": "mobile"}


@pytest.fixture(scope="module")
def server(module_server: Server) -> Server:
    """The first start prints a code, and commands that name no tenant need a server with a single one."""
    return module_server


@pytest.fixture(scope="module")
def context(playwright: Playwright) -> Iterator[BrowserContext]:
    context = shared_browser(playwright).new_context()
    yield context
    context.close()


@pytest.fixture(params=["http", "https"])
def page(request: pytest.FixtureRequest, server: Server, context: BrowserContext) -> Iterator[Page]:
    """Page of a local server, without and with TLS."""
    context.clear_cookies()
    page = context.new_page()
    place = server.ready[request.param] + PAGE_PATH
    page.route(place, lambda route: route.fulfill(body=PAGE_HTML, content_type="text/html"))
    page.goto(place)
    yield page
    page.close()


def new_code(server: Server) -> str:
    return server.cli("person", "sign-in-code", "1001")["url"].partition("#sign-in=")[2]


@pytest.mark.promise("S2")
def test_first_start_prints_a_code_that_signs_in_a_phone(server: Server) -> None:
    """First test of the file: a code is valid for two minutes."""
    shown = server.ready["sign_in"]
    place, _, code = shown["url"].partition("#sign-in=")
    assert place == f"{server.ready['http']}/app/"
    body = {"code": code, "device_secret": "A" * 43, "device": PHONE, "keep": "token"}
    with server.rest() as client:
        signed = client.post("/api/v1/sessions/by-code", json=body)
        assert signed.status_code == 201, signed.text
        extension = client.get("/api/v1/extensions/1001", params={"tenant": server.tenant}).json()
        assert signed.json()["person_id"] == extension["person_id"]


@pytest.mark.promise("S2", "T3")
def test_scanned_code_becomes_a_session_with_http_only_cookies(page: Page, server: Server) -> None:
    body = {"code": new_code(server), "device_secret": "A" * 43, "device": PHONE, "keep": "cookie"}
    status, signed = fetch_in_page(page, "POST", "/sessions/by-code", body)
    assert status == 201, signed
    assert (signed["token"], signed["refresh"]) == (None, None)
    stored = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert stored.keys() == {ACCESS, REFRESH, START}
    assert stored[START]["value"] == "app"
    for cookie in stored.values():
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    assert page.evaluate("document.cookie") == ""
    assert fetch_in_page(page, "GET", "/me")[1]["extensions"][0]["number"] == "1001"
    assert fetch_in_page(page, "POST", "/sessions/refresh", {})[0] == 200
    renewed = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert all(renewed[name] != stored[name]["value"] for name in (ACCESS, REFRESH))
    assert fetch_in_page(page, "GET", "/me")[0] == 200
    assert fetch_in_page(page, "DELETE", "/sessions/current")[0] == 204
    assert page.context.cookies() == []
    assert fetch_in_page(page, "GET", "/me")[0] == 401


def shown_code(server: Server) -> str:
    command = [
        sys.executable,
        "-m",
        "unificx.server.main",
        "person",
        "sign-in-code",
        "1002",
        "--home",
        str(server.home),
    ]
    shown = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=30, check=True).stdout
    assert "/app/#sign-in=" in shown
    return shown


def test_terminal_shows_a_qr_code_where_a_phone_reaches_the_server(server: Server, tmp_path: Path) -> None:
    local = shown_code(server)
    assert "in a browser on this machine" in local
    assert "█▀" not in local
    with Server(tmp_path / "home", settings={"UNIFICX_PUBLIC_URL": "https://pbx.example.com"}) as reached:
        assert "█▀" in shown_code(reached)
