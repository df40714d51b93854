"""The start page, health checks, metrics, and the OpenAPI document."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from http_world import LISTENING, OPEN_TO_ALL, PASSWORD, World

from unificx.api import ComponentState, schemas
from unificx.api.languages import language_of
from unificx.api.request_examples import EXAMPLES
from unificx.identity import OPERATOR_SLUG, Role
from unificx.integrations.local_ca import ensure_certificates
from unificx.privacy import personal_fields, released_versions


class Outline(HTMLParser):
    """Collects the tags, links and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.names: list[str] = []
        self.language: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        if name := named.get("id"):
            self.names.append(name)
        if tag == "html":
            self.language = named.get("lang")
        if tag == "a":
            self.links.append(named["href"] or "")


DATA_MARKS = ("categories", "purposes", "retention", "recipient", "promise")
PROMISES = Path(__file__).parents[2] / "docs" / "promises.md"
PAGES = (
    "/",
    "/privacy",
    "/privacy/versions",
    "/privacy/request",
    "/privacy/request/0198c2a4",
    "/sign-up",
    "/privacy/transparency",
    "/security",
    "/terms",
    "/certificate",
    "/api/docs",
)


@pytest.fixture
def world_with_authority(world: World, tmp_path: Path) -> World:
    """A world whose server certificate is issued by the installation's own authority."""
    files = ensure_certificates(tmp_path / "tls", [], world.clock)
    world.services.public_address.configure("", files.authority.read_bytes(), "open")
    return world


@pytest.mark.parametrize(
    ("accept", "language", "words"),
    [("", "en", "My phone"), ("de-AT,de;q=0.9,en;q=0.8", "de", "Mein Telefon"), ("fr", "en", "Administration")],
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
    assert "Accept-Language" in answer.headers["vary"]
    assert words in answer.text
    assert "$" not in re.sub(r"<style>.*?</style>", "", answer.text)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "de"])
async def test_pages_have_no_scripts_and_are_accessible(world_with_authority: World, path: str, language: str) -> None:
    world = world_with_authority
    answer = await world.client().get(path, headers={"Accept-Language": language})
    page = Outline()
    page.feed(answer.text)
    assert page.language == language
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert [tag for tag in page.tags if tag in ("h1", "main", "footer")] == ["main", "h1", "footer"]
    assert "prefers-color-scheme:dark" in answer.text
    assert 'name="viewport"' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "$" not in re.sub(r"<style>.*?</style>", "", answer.text).replace("$TOKEN", "")
    assert len(page.names) == len(set(page.names))
    assert {link.removeprefix("#") for link in page.links if link.startswith("#")} <= set(page.names)
    for link in {link for link in page.links if not link.startswith("#")}:
        found = await world.client(address="127.0.0.1").get(link)
        built = found.text != "The client is not built yet. Run script/bootstrap.\n"
        assert found.status_code == 200 or not built, link


async def test_the_start_page_leads_to_the_phone_and_to_the_administration(world: World) -> None:
    page = Outline()
    page.feed((await world.client().get("/")).text)
    assert [link for link in page.links if link in ("/app/", "/portal/")] == ["/app/", "/portal/"]


async def test_a_chosen_language_is_kept_from_page_to_page(world: World) -> None:
    client = world.client(**{"Accept-Language": "en"})
    start = Outline()
    start.feed((await client.get("/")).text)
    assert "/?lang=de" in start.links
    german = Outline()
    german.feed((await client.get("/?lang=de")).text)
    assert {"/privacy?lang=de", "/terms?lang=de", "/?lang=en"} <= set(german.links)
    assert "Datenschutzerklärung" in (await client.get("/privacy?lang=de")).text
    assert (await client.get("/?lang=%22onload")).headers["content-language"] == "en"


async def test_terms_and_policy_are_readable_without_an_account_in_the_version_to_accept(world: World) -> None:
    versions = (await world.client().get("/api/v1/sign-in/options")).json()
    for language in ("en", "de"):
        for path, version in (("/privacy", versions["policy_version"]), ("/terms", versions["terms_version"])):
            answer = await world.client().get(path, headers={"Accept-Language": language})
            assert answer.status_code == 200
            assert version in answer.text


@pytest.mark.promise("S3", "H1")
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.promise("R3")
@pytest.mark.promise("C1")
async def test_the_policy_shows_each_declared_category_purpose_and_period(world: World, language: str) -> None:
    text = (await world.client().get(f"/privacy?lang={language}")).text
    marks = {name: set(" ".join(re.findall(f'data-{name}="([^"]*)"', text)).split()) for name in DATA_MARKS}
    fields = personal_fields()
    assert {each.category for each in fields} <= marks["categories"]
    assert {use for each in fields for use in each.uses} == marks["purposes"]
    assert {each.retention for each in fields} == marks["retention"]
    assert set(released_versions()[-1].content["recipients"]) == marks["recipient"]
    assert set(re.findall(r"^\| ([A-Z]\d+) \|", PROMISES.read_text("utf-8"), re.M)) == marks["promise"]


@pytest.mark.promise("T4", whole=True)
@pytest.mark.parametrize("language", ["en", "de"])
async def test_each_measure_of_security_names_its_limits_and_what_is_proved(world: World, language: str) -> None:
    """T4 as a whole: each promise about security is on a page without an account, in both languages, with its limits
    and with the state of its proof, which is not better than that of the tests."""
    html = (await world.client().get(f"/security?lang={language}")).text
    section = r'<section data-promise="([^"]+)">.*?<strong>(\w+):</strong> (.+?)</p>\n<p data-state="(\w+)">'
    shown = re.findall(section, html, re.S)
    limit = {"en": "Limits", "de": "Grenzen"}[language]
    assert {each for ids, *_ in shown for each in ids.split()} == {"T1", "T2", "T3", "T4", "R4", "D3"}
    assert {(word, len(text) > 80) for _, word, text, _ in shown} == {(limit, True)}
    table = json.loads(files("unificx.privacy").joinpath("promises.json").read_text("utf-8"))
    states = {each["id"]: each["state"] for each in table}
    for ids, _, _, state in shown:
        assert state == ("kept" if all(states[each] == "kept" for each in ids.split()) else "partly")


async def test_the_record_of_processing_comes_from_the_policy(world: World) -> None:
    admin = await world.admin(world.acme)
    record = (await admin.get("/api/v1/privacy/processing?language=de")).json()
    [telephony] = [each for each in record["activities"] if each["purpose"] == "telephony"]
    assert "user.contact.phone_number" in telephony["categories"]
    assert any("Telefongesellschaften" in each for each in telephony["recipients"])
    versions = (await world.client().get("/api/v1/privacy/policy-versions")).json()["items"]
    assert versions[0]["version"] == record["version"]


@pytest.mark.parametrize(("role", "program"), [(Role.USER, "/app/"), (Role.OPERATOR, "/portal/")])
async def test_a_signed_in_browser_is_sent_to_its_program(world: World, role: Role, program: str) -> None:
    tenant = world.acme if role is Role.USER else await world.identity.tenants.get(OPERATOR_SLUG)
    await world.person(tenant, "ada@acme.example", role)
    browser = world.client(**{"Sec-Fetch-Site": "same-origin"})
    given = {"email": "ada@acme.example", "password": PASSWORD, "keep": "cookie"}
    assert (await browser.post("/api/v1/sessions", json=given)).status_code == 201
    world.clock.advance(3600)  # the access cookie is gone by now
    answer = await browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, program)
    assert (await browser.get("/?lang=en")).status_code == 200
    assert (await browser.delete("/api/v1/sessions/current")).status_code in (204, 401)
    browser.cookies.clear()
    assert (await browser.get("/")).status_code == 200


async def test_a_foreign_start_cookie_leads_nowhere(world: World) -> None:
    answer = await world.client(Cookie="__Host-unificx-start=/evil.example").get("/")
    assert answer.status_code == 200


async def test_the_certificate_of_the_own_authority_can_be_downloaded(world_with_authority: World) -> None:
    world = world_with_authority
    answer = await world.client().get("/certificate/unificx.crt")
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    found = x509.load_der_x509_certificate(answer.content)
    assert found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    shown = (await world.client().get("/certificate")).text
    assert found.fingerprint(SHA256()).hex(":").upper() in shown


async def test_a_trusted_certificate_needs_no_instructions(world: World) -> None:
    for path in ("/certificate", "/certificate/unificx.crt"):
        assert (await world.client().get(path)).status_code == 404


async def test_head_is_answered_wherever_get_is(world_with_authority: World) -> None:
    """Uptime monitors use it."""
    world = world_with_authority
    local = world.client(address="127.0.0.1")
    described = (await local.get("/api/openapi.json")).json()
    paths = [path for path, verbs in described["paths"].items() if "get" in verbs and "{" not in path]
    for path in (*PAGES, "/app", "/app/", "/portal/", "/app/icon.svg", "/api/openapi.json", "/metrics", *paths):
        get, head = await local.get(path), await local.head(path)
        assert head.status_code == get.status_code, path
        assert head.content == b"", path
        assert head.headers.get("content-type") == get.headers.get("content-type"), path
    assert (await local.head("/api/v1/sessions/refresh")).status_code == 405


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("en;q=0.5, de;q=0.7", "de"),
        ("DE", "de"),
        ("en ; q=0.5 ,\tde ;\tQ=0.7", "de"),
        ("en, de; q=0.9", "en"),
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
    """Measurements are read on the machine, and by operators who are signed in."""
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
                    assert answer.get("content", {}).keys() <= {
                        "application/json",
                        "application/octet-stream",
                        "application/pdf",
                        "application/xml",
                        "application/zip",
                        "audio/ogg",
                        "image/jpeg",
                        "image/png",
                        "text/calendar",
                        "audio/wav",
                        "text/csv",
                        "text/vcard",
                        "video/webm",
                    }, path
                elif path not in ("/readyz",):
                    problem = answer["content"]["application/problem+json"]["schema"]
                    assert problem == {"$ref": "#/components/schemas/Problem"}
            if path.startswith("/api/v1/") and operation["operationId"] not in OPEN_TO_ALL:
                # A guest has a token only.
                cookie = [] if path.startswith("/api/v1/guests/") else [{"cookie": []}]
                assert operation["security"] == [{"bearer": []}, *cookie]
                assert "401" in answers
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names)
    assert "HTTPValidationError" not in described["components"]["schemas"]
    assert set(described["components"]["schemas"]["Problem"]["required"]) == {"type", "title", "status", "detail"}


OF_MINUTES = {"sessions", "signing in", "telephone", "push", "card reports"}
"""Their responses contain secrets, or are only valid for minutes: they are not stored for a day. Reports have ids of
their own."""


async def test_posts_that_create_objects_accept_an_idempotency_key(world: World) -> None:
    described = (await world.client().get("/api/openapi.json")).json()
    for verbs in described["paths"].values():
        for method, operation in verbs.items():
            takes = "Idempotency-Key" in {one["name"].title() for one in operation.get("parameters", [])}
            assert takes == (method == "post" and not set(operation["tags"]) & OF_MINUTES)


async def test_the_reference_describes_each_operation(world: World) -> None:
    described = (await world.client().get("/api/openapi.json")).json()
    page = Outline()
    page.feed((await world.client().get("/api/docs")).text)
    operations = {each["operationId"] for verbs in described["paths"].values() for each in verbs.values()}
    assert operations <= set(page.names)
    assert {f"schema-{name}" for name in described["components"]["schemas"]} <= set(page.names)


def request_schemas(described: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for verbs in described["paths"].values():
        for operation in verbs.values():
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                if kind == "application/json":
                    yield content["schema"]["$ref"].rpartition("/")[2], content.get("example")


async def test_each_request_has_an_example_that_is_accepted(world: World) -> None:
    described = (await world.client().get("/api/openapi.json")).json()
    modules = [import_module(f"unificx.api.schemas.{each.name}") for each in iter_modules(schemas.__path__)]
    models = {name: kind for module in modules for name, kind in vars(module).items()}
    found = dict(request_schemas(described))
    assert found.keys() == EXAMPLES.keys()
    for name, example in found.items():
        assert example, name
        models[name].model_validate(example)


async def test_names_in_the_description_are_for_people(world: World) -> None:
    described = (await world.client().get("/api/openapi.json")).json()
    assert described["servers"] == [{"url": LISTENING, "description": "This installation."}]
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) for name in described["components"]["schemas"])
    for verbs in described["paths"].values():
        for operation in verbs.values():
            assert operation["summary"] != operation["operationId"].replace("_", " ").title()
            assert " " in operation["summary"]
    assert "/api/v1/events" in json.dumps(described["tags"])
    assert described["components"]["schemas"]["LiveEvent"]["properties"]["type"]
