"""The operator's pages: a backup is made and tried by a click, and health shows the parts of the running server."""

import re

import pytest
from client_pages import PHONE_VIEWPORT, Client, Clients
from page_checks import PageChecker, Scheme
from playwright.sync_api import expect
from portal_pages import DESKTOP_OPTIONS, create_operator, sign_in_operator
from server import Server
from test_client_pages import LOCALES, unique

BACK_UP = re.compile("^(Back up now|Jetzt sichern)$")
PARTS = re.compile("^(Parts of the server|Teile des Servers)$")
DATABASE, MIXER, WORKS = (
    re.compile("^(Database|Datenbank)"),
    re.compile("^(Mixer|Mischer)"),
    re.compile("(Works|Läuft)$"),
)
CHECKED = re.compile("^(Checked|Geprüft)$")


def operator_desk(clients: Clients, server: Server, language: str) -> Client:
    """The portal at desk size, signed in as an operator."""
    desk = clients(**DESKTOP_OPTIONS, language=LOCALES[language])
    sign_in_operator(desk)
    return desk


@pytest.fixture(scope="module")
def operated(server: Server) -> Server:
    """With an operator who has a password of their own."""
    create_operator(server)
    return server


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "de")])
@pytest.mark.promise("T3")
def test_a_backup_is_made_and_tried_by_a_click(
    clients: Clients, operated: Server, scheme: Scheme, language: str
) -> None:
    desk = operator_desk(clients, operated, language)
    walk = PageChecker(desk, language)
    desk.page.goto(f"{desk.origin}/portal/backups")
    expect(desk.page.get_by_role("button", name=BACK_UP)).to_be_visible()
    before = desk.page.get_by_text(CHECKED).count()
    desk.page.get_by_role("button", name=BACK_UP).click()
    expect(desk.page.get_by_text(CHECKED)).to_have_count(before + 1, timeout=120_000)
    expect(desk.page.get_by_role("button", name=BACK_UP)).to_be_visible()
    walk.open_and_check(
        ["/portal/backups", "/portal/health"], scheme, DESKTOP_OPTIONS["viewport"], PHONE_VIEWPORT, keyboard=True
    )
    parts = desk.page.get_by_role("list", name=PARTS)
    expect(parts.get_by_role("listitem").filter(has_text=DATABASE)).to_contain_text(WORKS)
    expect(parts.get_by_role("listitem").filter(has_text=MIXER)).to_contain_text(WORKS)
    assert unique(walk) == []
    assert desk.complaints == []
