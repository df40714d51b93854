"""Screens look as in their reference pictures. `script/screenshots --references` takes those again."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from client_pages import Clients
from page_checks import pages
from picture_matrix import MATRICES, Matrix
from playwright.sync_api import Error, Playwright, Route
from recorded_screens import ORIGIN, WITHOUT_PICTURE, RecordedPages, Recording, load, until_answered
from screen_pictures import DIFFERENCES, REFERENCES, compare
from server import Server

SCREEN = """<!doctype html><meta charset=utf-8><title>A screen</title><h1>A screen</h1><script>
  const show = (text) => document.body.append(text)
  onload = () => fetch('/part').then(() => fetch('/answer')).then((answer) => answer.text()).then(show)
</script>"""
"""Shows what a second request brings, as a part of a program that is loaded when it is needed."""
LONGER_THAN_SCREENS_STAND_STILL_MS = 1000


@pytest.fixture
def clients(playwright: Playwright, server: Server, tmp_path: Path) -> Iterator[Clients]:
    clients = Clients(playwright, tmp_path, server)
    yield clients
    clients.close()


@pytest.mark.parametrize("matrix", MATRICES, ids=str)
def test_screens_look_as_in_their_pictures(clients: Clients, matrix: Matrix) -> None:
    """Pictures of a failed comparison stay in build/picture-differences."""
    taken = list(matrix.take(clients, DIFFERENCES))
    assert list(compare([(REFERENCES / each.name, each) for each in taken])) == []


@pytest.mark.parametrize("program", ["app", "portal"])
def test_every_page_has_a_picture(program: str) -> None:
    recordings = [Recording.read(each) for each in ("app", "portal", "operator")]
    shown = {path.partition("?")[0] for each in recordings if each.program == program for path in each.screens.values()}
    public, own = pages(program)
    assert {*public, *own} - shown - WITHOUT_PICTURE[program] == set()


def test_pictures_wait_for_all_answers(clients: Clients) -> None:
    page = clients().page

    def answer(route: Route) -> None:
        if "/app" in route.request.url:
            route.fulfill(body=SCREEN, content_type="text/html")
        else:
            page.wait_for_timeout(LONGER_THAN_SCREENS_STAND_STILL_MS)
            route.fulfill(body="All of it")

    page.route(f"{ORIGIN}/**", answer)
    load(page, f"{ORIGIN}/app/")
    assert "All of it" in page.inner_text("body")


def test_a_request_without_an_answer_is_named(clients: Clients) -> None:
    page = clients().page

    def answer(route: Route) -> None:
        if not route.request.url.endswith("/answer"):
            route.fulfill(body=SCREEN, content_type="text/html")

    page.route(f"{ORIGIN}/**", answer)
    with (
        pytest.raises(Error, match=f"no answer to .*{ORIGIN}/answer"),
        until_answered(page, timeout=0),
        page.expect_request("**/answer"),
    ):
        page.goto(f"{ORIGIN}/app/")


def test_pages_of_pictures_do_not_take_silence_for_a_lost_connection(clients: Clients) -> None:
    """The client opens another connection of events after 75 seconds, which all pictures of a program may take."""
    page = RecordedPages(Recording.read("portal"), clients, "en", 1, set()).open("out")
    page.goto("about:blank")
    assert page.evaluate("setTimeout(() => {}, 75_000)") == 0
    assert page.evaluate("setTimeout(() => {}, 30_000)") > 0


def test_comparison_finds_a_difference(tmp_path: Path) -> None:
    first, second = (REFERENCES / f"{program}-sign-in-390-light-en.png" for program in ("app", "portal"))
    copies = [Path(shutil.copy(each, tmp_path)) for each in (first, first, second)]
    assert list(compare([(first, copies[0])])) == []
    [found] = compare([(first, copies[2])])
    assert "pixels differ" in found
