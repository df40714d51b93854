"""The pages without an account in a real browser: they lead people on, and are accessible."""

import pytest
from browser import shared_browser
from page_checks import AXE, AXE_RUN, FIND_OVERFLOW, WATCH
from playwright.sync_api import Browser, Playwright, expect
from server import Server

PATHS = ("/", "/privacy", "/terms", "/certificate", "/api/docs")
ONE_OF_EACH = """() => {
  const kinds = new Set()
  for (const each of document.querySelectorAll('details')) {
    const marks = [...each.querySelectorAll('summary *')].map((one) => `${one.tagName} ${one.className}`)
    const kind = [each.className, ...marks].join()
    if (kinds.has(kind)) each.remove()
    kinds.add(kind)
  }
}"""
"""Removes all details but one of each kind. The API reference has a thousand of them: they are closed, so axe sees their
summaries only, and those of one kind have one style."""
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true })"
"""Otherwise each of the thousand entries of the reference is laid out by itself when it is measured, which takes 4 seconds."""


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Browser:
    return shared_browser(playwright)


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("de-DE", "dark")])
def test_pages_are_accessible_and_fit_narrow_screens_and_large_text(
    server: Server, chromium: Browser, locale: str, scheme: str
) -> None:
    with chromium.new_context(locale=locale, color_scheme=scheme, viewport={"width": 320, "height": 640}) as context:
        context.add_init_script(f"({WATCH})()")
        page = context.new_page()
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        for path in PATHS:
            page.goto(server.ready["https"] + path)
            assert page.evaluate("document.documentElement.lang") == locale[:2]
            page.evaluate(OPEN_ALL)
            assert page.evaluate(FIND_OVERFLOW, 320) == [], path
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate(FIND_OVERFLOW, 320) == [], path
            # The style that the test set itself is against the policy of the page, and only that.
            assert not [each for each in page.evaluate("violations") if not each.startswith("style-src")], path
            page.goto(server.ready["https"] + path)
            page.evaluate(ONE_OF_EACH)
            page.evaluate(AXE.read_text("utf-8"))
            assert page.evaluate(AXE_RUN, False) == [], path
            assert page.evaluate("violations") == [], path
        assert all(url.startswith(server.ready["https"]) for url in requested)


def test_newcomers_get_from_the_address_to_the_phone_and_to_the_administration(
    server: Server, chromium: Browser
) -> None:
    with chromium.new_context(locale="de-DE") as context:
        page = context.new_page()
        page.goto(server.ready["https"])
        page.get_by_role("link", name="Mein Telefon").click()
        page.wait_for_url("**/app/**")
        page.goto(server.ready["https"])
        page.get_by_role("link", name="English").click()
        page.get_by_role("link", name="Terms of use").click()
        expect(page.get_by_role("heading", name="Terms of use")).to_be_visible()
        page.go_back()
        page.get_by_role("link", name="Administration").click()
        page.wait_for_url("**/portal/**")
