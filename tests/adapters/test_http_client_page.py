"""The pages of the client: what they say of the session, and the files they need."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from http_world import World

from unificx.api import client_files

COOKIE = "__Host-unificx"


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("app/index.html", "portal/index.html", "assets/inter.woff2", "embed/call.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    monkeypatch.setattr(client_files, "BUILD_DIRECTORY", tmp_path)
    client_files._files.cache_clear()
    yield
    client_files._files.cache_clear()


@pytest.mark.parametrize("path", ["/app/sign-in", "/portal/"])
@pytest.mark.parametrize(
    ("headers", "timing"),
    [
        ({"Sec-Fetch-Site": "none"}, "signed-out"),
        ({"Sec-Fetch-Site": "same-origin"}, "signed-out"),
        ({"Sec-Fetch-Site": "same-origin", "Cookie": f"{COOKIE}=anything"}, None),
        # Strict cookies are not sent: a person who returns from a provider may have a session.
        ({"Sec-Fetch-Site": "cross-site"}, None),
        ({}, None),
    ],
)
async def test_page_says_that_it_was_requested_without_a_session(
    world: World, path: str, headers: dict[str, str], timing: str | None
) -> None:
    answer = await world.client().get(path, headers=headers)
    assert answer.status_code == 200
    assert answer.headers.get("server-timing") == timing


@pytest.mark.promise("T3", "S3")
@pytest.mark.parametrize("path", ["/app/", "/app/calls", "/portal/", "/portal/people", "/assets/inter.woff2"])
async def test_the_client_loads_from_this_server_only_and_runs_no_injected_script(world: World, path: str) -> None:
    answer = await world.client().get(path)
    assert answer.status_code == 200
    rules = dict(rule.partition(" ")[::2] for rule in answer.headers["content-security-policy"].split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["script-src"].split() == ["'self'", "'wasm-unsafe-eval'"]
    assert rules["connect-src"] == rules["worker-src"] == rules["form-action"] == "'self'"
    sources = {source for rule in rules.values() for source in rule.split()}
    assert sources == {"'none'", "'self'", "'wasm-unsafe-eval'", "'unsafe-inline'", "data:", "blob:"}
    assert "unsafe-inline" not in rules["script-src"]
    assert "geolocation=()" in answer.headers["permissions-policy"]


async def test_only_the_call_button_may_be_loaded_by_other_sites(world: World) -> None:
    for path, policy in (("/embed/call.js", "cross-origin"), ("/assets/inter.woff2", "same-origin")):
        answer = await world.client().get(path)
        assert (answer.status_code, answer.headers["cross-origin-resource-policy"]) == (200, policy)


async def test_font_is_served(world: World) -> None:
    answer = await world.client().get("/assets/inter.woff2")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "font/woff2")
