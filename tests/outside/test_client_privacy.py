"""Privacy in the app: stored data and its copy, the notice of an ordinary policy, the consent step of a significant one."""

import json
import re
import zipfile
from typing import Any

import pytest
from client_pages import PHONE_VIEWPORT, Client, Clients
from page_checks import NARROWEST_VIEWPORT, Catalog, PageChecker, Scheme
from playwright.sync_api import Route, expect
from server import Household

SUMMARY = {"en": "Voicemail texts are stored for a year.", "de": "Voicemail-Texte werden ein Jahr gespeichert."}
CALLS = {"en": "Your calls", "de": "Ihre Anrufe"}
"""Kind of data in the privacy policy."""
LOCALES = {"en": "en-GB", "de": "de-DE"}


class ChangedPolicy:
    """The server's answers say that the policy has changed. `standing` can be set; `answers` are those of the user."""

    def __init__(self, client: Client) -> None:
        self.standing, self.answers = "notice", list[str]()
        client.context.route("**/api/v1/me", self._show_me)
        client.context.route("**/api/v1/me/policy", self._show)
        client.context.route("**/api/v1/me/policy-acceptances", self._answer)

    def _show_me(self, route: Route) -> None:
        answer = route.fetch()
        shown = {"policy": self.standing, "acceptance_needed": self.standing == "consent"}
        route.fulfill(response=answer, json={**answer.json(), **shown})

    def _show(self, route: Route) -> None:
        version = {"number": 9, "version": "v9", "in_force": "2027-01-01", "significant": True, "summary": SUMMARY}
        route.fulfill(json={"standing": self.standing, "version": "v9", "changes": [version]})

    def _answer(self, route: Route) -> None:
        body: dict[str, Any] = json.loads(route.request.post_data or "{}")
        self.answers.append(body["answer"])
        if body["answer"] != "refused":
            self.standing = "current"
        route.fulfill(status=204)


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "de")])
@pytest.mark.promise("V2", "V3", "U7", "D1")
def test_people_learn_of_changes_and_decide(
    clients: Clients, household: Household, scheme: Scheme, language: str
) -> None:
    german = Catalog.read().german if language == "de" else {}
    anna = clients("microphone", language=LOCALES[language])
    walk, page = PageChecker(anna, language), anna.page

    def words(english: str) -> str:
        return german.get(english, english)

    def press(english: str) -> None:
        page.get_by_role("button", name=words(english), exact=True).click()

    def check(label: str) -> None:
        walk.label = label
        for size in (NARROWEST_VIEWPORT, PHONE_VIEWPORT):
            page.set_viewport_size(size)
            walk.check(scheme)

    anna.sign_in(household.anna, path="/settings/privacy")
    marketing = page.get_by_role("switch", name=words("Marketing"))
    marketing.click()
    expect(page.get_by_role("button", name=words("Save receipts"))).to_be_visible()
    expect(marketing).to_be_checked()
    marketing.click()
    expect(marketing).not_to_be_checked()
    press("Make a copy")
    with page.expect_download() as copy:
        press("Download")
    assert zipfile.is_zipfile(copy.value.path())
    page.get_by_role("button", name=CALLS[language]).click()
    expect(page.get_by_role("list", name=words("Purposes"))).to_be_visible()
    check("privacy")
    press("Delete")
    expect(page.get_by_role("button", name=words("Make a copy"), exact=True)).to_be_visible()
    press("Close my account")
    expect(page.get_by_text(words("This is erased, also in backups. It cannot be undone."))).to_be_visible()
    check("close")
    press("Close my account in 14 days")
    page.get_by_role("dialog").get_by_role("button", name=words("Close account"), exact=True).click()
    expect(page.get_by_text(words("Your account will be erased"))).to_be_visible()
    check("closed")
    press("Keep my account")
    expect(page.get_by_role("button", name=words("Close my account"), exact=True)).to_be_visible()

    policy = ChangedPolicy(anna)
    anna.open("/team")
    summary = page.get_by_text(SUMMARY[language])
    expect(summary).to_be_visible()
    check("notice")
    page.get_by_role("link", name=re.compile(f"^{words('More')}")).click()  # with the number of new notices
    expect(summary).to_have_count(0)
    assert policy.answers == ["continued"]

    policy.standing = "consent"
    anna.open("/team")
    expect(page.get_by_role("heading", name=words("The privacy policy has changed"))).to_be_visible()
    expect(summary).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    anna.wait_registered()
    press("Make a call")
    dial = page.get_by_role("dialog", name=words("Dial"))
    expect(dial).to_be_visible()
    dial.get_by_role("button", name=words("Close"), exact=True).click()
    check("consent")
    press("I do not agree")
    expect(page.get_by_role("button", name=words("Request erasure of my account"))).to_be_visible()
    check("refused")
    press("I agree")
    expect(page.get_by_role("heading", name="Team")).to_be_visible()
    assert policy.answers == ["continued", "refused", "agreed"]
    assert list(dict.fromkeys(walk.findings)) == []
    assert anna.complaints == []
