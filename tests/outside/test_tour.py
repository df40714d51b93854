"""From the sign-up of an organisation to its paid invoice, as docs/howto/tour.md shows it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Playwright
from client_pages import Clients
from post_office import PostOffice
from server import Server, run_and_check_log
from tour import Tour


@pytest.fixture
def post(tmp_path: Path) -> Iterator[PostOffice]:
    post = PostOffice(tmp_path / "post")
    yield post
    post.close()


@pytest.fixture
def server(post: PostOffice, tmp_path: Path) -> Iterator[Server]:
    settings = {"UNIFICX_SMTP": post.url, "UNIFICX_SIGN_UP": "open"}
    yield from run_and_check_log(Server(tmp_path / "home", settings=settings))


@pytest.mark.promise("U3", "U4", "T3")
def test_an_organisation_signs_up_calls_and_pays_its_invoice(
    playwright: Playwright, server: Server, post: PostOffice, tmp_path: Path
) -> None:
    clients = Clients(playwright, tmp_path, server, service_workers=False)
    Tour(clients, server, post, tmp_path, lambda page, name: None).walk()
    clients.close()
