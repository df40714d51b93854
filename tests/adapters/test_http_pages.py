"""The start page, health checks, metrics, and the OpenAPI document."""

import re
from html.parser import HTMLParser

import pytest
from http_world import OPEN_TO_ALL, World

from unificx.api import ComponentState
from unificx.api.pages import language_of


class Outline(HTMLParser):
    """Collects the tags, links and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.language: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        if tag == "html":
            self.language = named.get("lang")
        if tag == "a":
            self.links.append(named["href"] or "")


@pytest.mark.parametrize(
    ("accept", "language", "words"),
    [("", "en", "URLs"), ("de-AT,de;q=0.9,en;q=0.8", "de", "Adressen"), ("fr", "en", "Next steps")],
)
async def test_the_start_page_uses_the_readers_language(
    world: World,
    accept: str,
    language: str,
    words: str,
) -> None:
    answer = await world.client().get("/", headers={"Accept-Language": accept})
    page = Outline()
    page.feed(answer.text)
    assert answer.status_code == 200
    assert (page.language, answer.headers["content-language"]) == (language, language)
    assert answer.headers["vary"] == "Accept-Language"
    assert words in answer.text
    assert "$" not in re.sub(r"<style>.*?</style>", "", answer.text)


async def test_the_start_page_has_no_scripts_and_is_accessible(world: World) -> None:
    answer = await world.client().get("/")
    page = Outline()
    page.feed(answer.text)
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert [tag for tag in page.tags if tag in ("h1", "main", "footer")] == ["main", "h1", "footer"]
    assert "prefers-color-scheme:dark" in answer.text
    assert 'name="viewport"' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "unsafe" not in policy
    for link in page.links:
        assert (await world.client(address="127.0.0.1").get(link)).status_code == 200, link


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("en;q=0.5, de;q=0.7", "de"),
        ("DE", "de"),
        ("de;q=0", "en"),
        ("de;q=x", "en"),
        ("*", "en"),
        (",,;q=,", "en"),
        ("de;q=nan", "en"),
        ("x" * 10_000 + ",de", "en"),
    ],
)
def test_language_quality_values_are_respected(accept: str, language: str) -> None:
    assert language_of(accept) == language


async def test_liveness(world: World) -> None:
    answer = await world.client().get("/healthz")
    assert answer.json()["status"] == "ok"


async def test_readiness_shows_reasons_to_local_requests_only(world: World) -> None:
    assert (await world.client().get("/readyz")).json()["ready"] is True
    world.readiness.components = [
        ComponentState("database", True),
        ComponentState("rtpengine", False, "It is gone. Restart it."),
    ]

    outsider = await world.client().get("/readyz")
    assert (outsider.status_code, outsider.json()["ready"]) == (503, False)
    assert [(one["name"], one["ok"], one["why"]) for one in outsider.json()["parts"]] == [
        ("database", True, ""),
        ("rtpengine", False, ""),
    ]
    for trusted in (world.client(address="127.0.0.1"), world.client(address="::1"), world.client(operator=True)):
        assert (await trusted.get("/readyz")).json()["parts"][1]["why"] == "It is gone. Restart it."


async def test_metrics_are_for_the_machine_and_operators(world: World) -> None:
    assert (await world.client().get("/metrics")).status_code == 404
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "Via"):
        proxied = world.client(address="127.0.0.1", **{name: "203.0.113.7"})
        assert (await proxied.get("/metrics")).status_code == 404
    admin = await world.admin(world.acme)
    assert (await admin.get("/metrics")).status_code == 404
    for trusted in (world.client(address="127.0.0.1"), world.client(operator=True)):
        answer = await trusted.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.promise("T3")
async def test_a_metrics_label_is_never_a_value_of_a_request(world: World) -> None:
    operator = world.client(operator=True)
    await operator.get("/api/v1/extensions/7100710?tenant=acme")
    await operator.get("/canary/7100710")
    await operator.request("CANARY", "/")
    text = (await operator.get("/metrics")).text
    assert 'route="/api/v1/extensions/{extension}",status="404"' in text
    assert 'method="OTHER"' in text
    assert "7100710" not in text
    assert "anary" not in text.lower()


async def test_the_openapi_document_is_complete(world: World) -> None:
    described = (await world.client().get("/api/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    tags = {tag["name"] for tag in described["tags"]}
    names = []
    for path, verbs in described["paths"].items():
        for operation in verbs.values():
            names.append(operation["operationId"])
            assert set(operation["tags"]) <= tags
            assert operation["description"]
            answers = operation["responses"]
            assert any(code.startswith("2") for code in answers)
            for code, answer in answers.items():
                if code.startswith("2"):
                    assert all(kind["schema"] for kind in answer.get("content", {}).values()), path
                    assert answer.get("content", {}).keys() <= {"application/json", "audio/ogg", "audio/wav"}, path
                elif path not in ("/readyz",):
                    problem = answer["content"]["application/problem+json"]["schema"]
                    assert problem == {"$ref": "#/components/schemas/Problem"}
            if path.startswith("/api/v1/") and operation["operationId"] not in OPEN_TO_ALL:
                assert operation["security"] == [{"bearer": []}, {"cookie": []}]
                assert "401" in answers
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names)
    assert "HTTPValidationError" not in described["components"]["schemas"]
    assert set(described["components"]["schemas"]["Problem"]["required"]) == {"type", "title", "status", "detail"}


OF_MINUTES = {"sessions", "signing in", "telephone", "push"}
"""Their responses contain secrets, or are only valid for minutes: they are not stored for a day."""


async def test_posts_that_create_objects_accept_an_idempotency_key(world: World) -> None:
    described = (await world.client().get("/api/openapi.json")).json()
    for verbs in described["paths"].values():
        for method, operation in verbs.items():
            takes = "Idempotency-Key" in {one["name"].title() for one in operation.get("parameters", [])}
            assert takes == (method == "post" and not set(operation["tags"]) & OF_MINUTES)
