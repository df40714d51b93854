"""Screens look as in their reference pictures. `script/screenshots --references` takes those again."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from client_pages import Clients
from page_checks import pages
from picture_matrix import MATRICES, Matrix
from playwright.sync_api import Playwright
from recorded_screens import WITHOUT_PICTURE, Recording
from screen_pictures import DIFFERENCES, REFERENCES, compare
from server import Server


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


def test_comparison_finds_a_difference(tmp_path: Path) -> None:
    first, second = (REFERENCES / f"{program}-sign-in-390-light-en.png" for program in ("app", "portal"))
    copies = [Path(shutil.copy(each, tmp_path)) for each in (first, first, second)]
    assert list(compare([(first, copies[0])])) == []
    [found] = compare([(first, copies[2])])
    assert "pixels differ" in found
