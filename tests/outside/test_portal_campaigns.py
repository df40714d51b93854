"""Campaigns in the portal: written, previewed and sent to people who have agreed, with the result."""

from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest
from browser import Playwright
from client_pages import Clients
from page_checks import PageChecker
from playwright.sync_api import expect
from portal_pages import create_administrator, portal
from recording_helpers import signed_in
from server import Server, eventually
from smtp_server import text_of
from third_party_services import ThirdPartyServices

CONSENT = {"purpose": "marketing", "given": True, "language": "en"}


def advertising(outside: ThirdPartyServices) -> list[EmailMessage]:
    """The e-mails that have arrived, without notices such as those on new devices."""
    return [each.message for each in outside.box.received if each.message["Subject"] == "New telephones"]


@pytest.mark.promise("U7")
def test_a_campaign_is_written_previewed_and_sent(
    playwright: Playwright, public_server: Server, outside: ThirdPartyServices, tmp_path: Path
) -> None:
    create_administrator(public_server)
    with closing(signed_in(public_server, public_server.extension("740074", "Dorothea Quillfeder"))) as dorothea:
        assert dorothea.put("/api/v1/me/consents", json=CONSENT).status_code == 200
    with closing(Clients(playwright, tmp_path, public_server)) as clients:
        desk = portal(clients)
        page, walk = desk.page, PageChecker(desk, "en")
        page.goto(f"{desk.origin}/portal/campaigns")
        expect(page.get_by_text("1 of 2 people agrees to advertising now")).to_be_visible()

        page.get_by_role("button", name="New campaign").click()
        draft = page.get_by_role("dialog", name="New campaign")
        draft.get_by_role("button", name="Preview").click()
        expect(draft.get_by_text("Enter a subject.")).to_be_visible()
        english = draft.get_by_role("group", name="English")
        english.get_by_label("Subject").fill("New telephones")
        english.get_by_label("Text").fill("Order yours.")
        draft.get_by_role("button", name="Preview").click()
        expect(draft.get_by_role("article", name="Preview")).to_contain_text("Unsubscribe")
        walk.label = "draft"
        walk.check("light", "dark")
        draft.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Draft", exact=True)).to_be_visible()
        assert advertising(outside) == []

        page.get_by_role("button", name="Send: New telephones").click()
        question = page.get_by_role("dialog", name="Send “New telephones”?")
        expect(question).to_contain_text("1 person who agrees to advertising gets this e-mail.")
        walk.label = "question"
        walk.check("light", "dark")
        question.get_by_role("button", name="Send", exact=True).click()
        [email] = eventually(lambda: advertising(outside), what="the e-mail")
        assert "Order yours." in text_of(email, "plain")

        expect(page.get_by_role("cell", name="Sent", exact=True)).to_be_visible()  # before, the draft would be opened
        page.get_by_role("button", name="New telephones", exact=True).click()
        result = page.get_by_role("dialog", name="New telephones")
        expect(result.get_by_role("row", name="Accepted by the mail server 1")).to_be_visible()
        walk.label = "result"
        walk.check("light", "dark")
        result.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog", name="Delete this campaign?").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("No campaign yet.")).to_be_visible()
        assert list(dict.fromkeys(walk.findings)) == []
        assert desk.complaints == []
