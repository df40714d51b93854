"""The client with the colours of the system (`forced-colors`), as the high contrast of Windows has them: grounds vanish."""

from client_pages import Clients
from playwright.sync_api import Locator, expect
from server import Household

BACKGROUND = "each => getComputedStyle(each).backgroundColor"
BORDER = "each => parseFloat(getComputedStyle(each).borderTopWidth)"


def test_what_is_chosen_on_or_present_can_be_seen(clients: Clients, household: Household) -> None:
    client = clients(forced_colors="active").sign_in(household.anna, path="/team")
    page = client.page

    def background(of: Locator) -> str:
        return of.first.evaluate(BACKGROUND)

    ground = background(page.locator("body"))
    segments = page.locator(".mantine-SegmentedControl-label")
    assert background(segments.and_(page.locator("[data-active]"))) != background(segments.last)
    assert background(page.locator("a.tab[aria-current]")) != background(page.locator("a.tab:not([aria-current])"))
    assert background(page.locator("[data-presence=available]")) != ground
    client.open("/settings/notices")
    switch = page.locator(".mantine-Switch-track").first
    expect(switch).to_be_visible()
    assert switch.evaluate(BORDER) >= 1
    assert background(page.locator(".mantine-Switch-thumb")) != background(switch)
    expect(page.get_by_role("link", name="Back")).not_to_have_attribute("aria-current", "page")
