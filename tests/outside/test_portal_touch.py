"""Buttons of the portal are large enough for fingers."""

from client_pages import Clients
from page_checks import WAIT_UNTIL_STABLE
from portal_pages import create_administrator, portal
from server import Server

PAGES = ("/people", "/history", "/voicemail", "/numbers")
FIND_SMALL = """() => {
  const isOf = (each, hit) => hit && (hit === each || each.contains(hit))
  const heightOf = (each) => {
    each.scrollIntoView({block: 'center'})
    const {left, top, width, height} = each.getBoundingClientRect()
    const [x, y] = [left + width / 2, top + height / 2]
    const reaches = (distance) => isOf(each, document.elementFromPoint(x, y + distance))
    return Math.max(height, reaches(-21) && reaches(21) ? 44 : 0)
  }
  return [...document.querySelectorAll('button, li input[type=checkbox]')]
    .filter((each) => each.checkVisibility({visibilityProperty: true}) && heightOf(each) < 44)
    .map((each) => `${each.getBoundingClientRect().height}: ${each.ariaLabel ?? each.textContent}`)
}"""
"""Buttons whose touch area, which may be larger than its picture, is lower than 44 pixels."""


def test_buttons_are_large_enough_for_fingers(clients: Clients, server: Server) -> None:
    """44 CSS pixels high, on narrow phones too."""
    create_administrator(server)
    page = (phone := portal(clients, has_touch=True, is_mobile=True)).page
    small = []
    for path in PAGES:
        page.goto(f"{phone.origin}/portal{path}")
        for width in (390, 360):
            page.set_viewport_size({"width": width, "height": 844})
            page.locator("h1").first.wait_for()
            page.evaluate(WAIT_UNTIL_STABLE)
            small += [f"{path} at {width}: {each}" for each in page.evaluate(FIND_SMALL)]
    assert small == []
