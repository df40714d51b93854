"""The public form for requests about personal data: no account, codes, bad input, nothing to enumerate."""

from typing import Any

import httpx
import pytest
from http_world import ORIGIN, World, WorldParts

from unificx.db import UnitOfWork
from unificx.identity import Person, TenantChange
from unificx.support.rights import RequestMessages, RightsRequest

SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
FORM = {"kind": "deletion", "name": "Zoë", "email": "Zoe@Example.com", "number": "", "text": "Forget me"}


class Mailbox:
    """Collects codes instead of sending them."""

    can_send = True

    def __init__(self) -> None:
        self.alerts: list[str] = []
        self.codes: list[str] = []

    async def alert_administrators(
        self, tenant_id: str, detail: str, *, without: str = "", uow: UnitOfWork | None = None
    ) -> None:
        self.alerts.append(detail)

    async def send(self, request: RightsRequest, kind: str, detail: str, uow: UnitOfWork | None = None) -> None:
        assert request.email == "zoe@example.com"
        if kind == "request_code":
            self.codes.append(detail)

    async def warn(self, person: Person, detail: str) -> None:
        raise AssertionError("there is no breach")


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def world_parts(mailbox: Mailbox) -> WorldParts:
    return WorldParts(request_emails=mailbox)


def visitor(world: World, host: str = "", address: str = "198.51.100.9") -> httpx.AsyncClient:
    client = world.client(address=address)
    client.headers.update(SAME_SITE)
    client.base_url = f"https://{host}" if host else ORIGIN
    return client


async def requests_of(world: World) -> list[Any]:
    return list((await world.services.rights.requests.page(world.acme.id)).items)


@pytest.mark.promise("H1", whole=True)
@pytest.mark.promise("U6")
async def test_a_visitor_sends_a_request_and_proves_the_address_once(world: World, mailbox: Mailbox) -> None:
    """H1 as a whole: the policy leads anybody, without an account, to a form whose requests reach the administrators of
    the organisation."""
    client = visitor(world, world.acme.domain)
    for language in ("en", "de"):
        assert 'href="/privacy/request' in (await client.get(f"/privacy?lang={language}")).text
    form = await client.get("/privacy/request")
    assert "form-action 'self'" in form.headers["content-security-policy"]
    sent = await client.post("/privacy/request", data=FORM)
    assert sent.status_code == 303
    [request] = await requests_of(world)
    assert (request.state, request.proof, request.about, mailbox.alerts) == ("received", "", None, [])
    path, [code] = sent.headers["location"], mailbox.codes
    assert path == f"/privacy/request/{request.id}"
    assert (await client.post(path, data={"code": "00000000"})).status_code == 422
    assert (await client.post(path, data={"code": f" {code} "})).status_code == 200
    [request] = await requests_of(world)
    assert (request.state, request.proof, request.text) == ("proved", "email", "Forget me")
    assert len(mailbox.alerts) == 1
    [queued] = (await (await world.admin(world.acme)).get("/api/v1/privacy-requests")).json()["items"]
    assert (queued["id"], queued["text"]) == (request.id, "Forget me")
    assert (await client.post(path, data={"code": code})).status_code == 422


@pytest.mark.promise("U6", whole=True)
async def test_a_visitor_asks_and_writes_again_by_the_link_of_the_answer(world: World, mailbox: Mailbox) -> None:
    """U6 as a whole: inquiries, complaints and requests of people without an account are one inbox with time limits,
    answers, and a history that both sides see; further those of users (`test_a_user_writes_with_the_administrators`)
    and e-mails (`test_an_email_becomes_a_request_and_its_answers_a_conversation`). The time limits are those of the
    law or general ones (`test_general_limits_are_working_days`), administrators are reminded of them
    (`test_administrators_are_reminded_before_the_time_limit`), and an inquiry becomes a request about personal data
    (`test_an_inquiry_becomes_a_deletion_with_the_time_limit_of_the_law`)."""
    client, admin = visitor(world, world.acme.domain), await world.admin(world.acme)
    await world.identity.tenants.update(world.acme.id, TenantChange(time_zone="America/New_York"))
    asked = {**FORM, "kind": "inquiry", "text": "When are you <open>?"}
    path = (await client.post("/privacy/request", data=asked)).headers["location"]
    confirmed = await client.post(path, data={"code": mailbox.codes[0]})
    [request] = (await admin.get("/api/v1/privacy-requests?kind=inquiry")).json()["items"]
    history = f"/privacy/request/history/{RequestMessages(world.services.rights.requests).proof(request['id'])}"
    assert history in confirmed.text
    last_day = mailbox.alerts[0].removeprefix("inquiry, ")
    assert f"To be answered by: {last_day}." in (await client.get(history)).text
    assert (request["regime"], request["overdue"], request["state"]) == ("general", False, "proved")
    assert (await (await world.admin(world.globex)).get(f"/api/v1/privacy-requests/{request['id']}")).status_code == 404
    steps = f"/api/v1/privacy-requests/{request['id']}/steps"
    for step, note in (("reply", "In which town?"), ("answer", "At nine.")):
        if step == "answer":
            assert (await client.post(history, data={"text": "In Köln"})).status_code == 303
        assert (await admin.post(steps, json={"step": step, "note": note})).status_code == 200
    shown = (await client.get(history)).text
    texts = ("When are you &lt;open&gt;?", "In which town?", "In Köln", "At nine.")
    assert [shown.find(each) for each in texts] == sorted(shown.find(each) for each in texts)
    assert -1 not in [shown.find(each) for each in texts]
    taken = (await admin.get(f"/api/v1/privacy-requests/{request['id']}")).json()["history"]
    assert [each["step"] for each in taken] == ["receive", "prove_email", "reply", "message", "answer"]
    assert (await client.post(history, data={"text": " "})).status_code == 422
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert (await client.post(history, data={"text": "x"}, headers=cross)).status_code == 403
    forged = history[:-2] + ("b" if history[-2] == "a" else "a") + history[-1]
    assert (await client.get(forged)).status_code == 404


@pytest.mark.promise("H1")
async def test_a_number_waits_for_a_call_and_is_normalised(world: World, mailbox: Mailbox) -> None:
    subject = world.keys.find_or_create(world.acme.id, "number", "+49301234567")
    client = visitor(world)
    sent = await client.post(f"/privacy/request/for/{world.acme.id}", data={**FORM, "number": "030 / 123 45 67"})
    await client.post(sent.headers["location"], data={"code": mailbox.codes[0]})
    [request] = await requests_of(world)
    assert (request.state, request.proof, request.number, request.about) == ("received", "email", "+49301234567", None)
    admin = await world.admin(world.acme)
    path = f"/api/v1/privacy-requests/{request.id}/steps"
    proved = (await admin.post(path, json={"step": "prove", "note": "called"})).json()
    assert (proved["state"], proved["proof"], proved["known"]) == ("proved", "phone", True)
    refused = await admin.post(path, json={"step": "answer", "note": "done"})
    assert refused.status_code == 409
    world.keys.destroy(world.acme.id, subject)
    assert (await admin.post(path, json={"step": "answer", "note": "done"})).status_code == 200


async def test_a_code_has_five_attempts(world: World, mailbox: Mailbox) -> None:
    client = visitor(world, world.acme.domain)
    path = (await client.post("/privacy/request", data=FORM)).headers["location"]
    wrong = "1" * 8 if mailbox.codes[0] != "1" * 8 else "2" * 8
    for number in range(5):
        other = visitor(world, world.acme.domain, f"198.51.100.{number}")
        assert (await other.post(path, data={"code": wrong})).status_code == 422
    world.clock.advance(1800)
    assert (await visitor(world, address="192.0.2.1").post(path, data={"code": mailbox.codes[0]})).status_code == 422
    [request] = await requests_of(world)
    assert request.proof == ""


async def test_guessing_is_slowed_per_source(world: World, mailbox: Mailbox) -> None:
    client = visitor(world)
    answers = [(await client.post(f"/privacy/request/{n:08}", data={"code": "1"})).status_code for n in range(7)]
    assert answers[0] == 422
    assert answers[-1] == 429
    assert mailbox.codes == []


async def test_sending_is_limited_per_source_and_address(world: World, mailbox: Mailbox) -> None:
    path = f"/privacy/request/for/{world.acme.id}"
    client = visitor(world)
    answers = [(await client.post(path, data=FORM)).status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]
    others = [{**FORM, "email": f"zoe{n}@example.com"} for n in range(6)]
    unknown = f"/privacy/request/for/{world.acme.id[::-1]}"
    assert [(await client.post(unknown, data=each)).status_code for each in others] == [303] * 5 + [429]
    assert len(mailbox.codes) == 5


@pytest.mark.promise("H1")
async def test_unknown_organisations_look_like_known_ones(world: World, mailbox: Mailbox) -> None:
    pages: list[str] = []
    for host in (world.acme.domain, "nobody.example"):
        client = visitor(world, host)
        form = await client.get("/privacy/request")
        sent = await client.post("/privacy/request", data=FORM)
        code = await client.get(sent.headers["location"])
        request_id = sent.headers["location"].rpartition("/")[2]
        texts = [form.text, code.text, str(sent.status_code)]
        pages.append("".join(texts).replace(host, "HOST").replace(request_id, "ID"))
    assert pages[0] == pages[1]
    assert len(mailbox.codes) == 1
    own = await visitor(world, "127.0.0.1").get("/privacy/request")
    assert "<form" not in own.text, "two organisations, and the host names none"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "breach"}, "Choose one"),
        ({"email": "zoe"}, "e-mail address such as"),
        ({"number": "123"}, "telephone number such as"),
        ({"text": "x" * 5001}, "too long"),
        ({"text": "x" * 70_000}, "too long"),
        ({"name": "x" * 201}, "name cannot"),
    ],
)
async def test_bad_input_is_named_and_not_stored(
    world: World, mailbox: Mailbox, change: dict[str, str], words: str
) -> None:
    answer = await visitor(world, world.acme.domain).post("/privacy/request", data={**FORM, **change})
    assert answer.status_code == 422
    assert '<p role="alert">' in answer.text
    assert words in answer.text
    assert await requests_of(world) == []
    assert mailbox.codes == []


async def test_values_are_shown_again_escaped(world: World, mailbox: Mailbox) -> None:
    bad = {**FORM, "email": '"><script>', "name": "<b>", "text": "</textarea>$x"}
    answer = await visitor(world, world.acme.domain).post("/privacy/request", data=bad)
    assert "<script>" not in answer.text
    assert "&lt;/textarea&gt;$x" in answer.text


async def test_other_sites_cannot_send_the_form(world: World, mailbox: Mailbox) -> None:
    client = visitor(world, world.acme.domain)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert (await client.post("/privacy/request", data=FORM, headers=headers)).status_code == 403
        assert (await client.post("/privacy/request/0198", data={"code": "1"}, headers=headers)).status_code == 403
    assert await requests_of(world) == []


async def test_a_full_disk_is_named(world: World, mailbox: Mailbox) -> None:
    world.readiness.storage_full = True
    answer = await visitor(world, world.acme.domain).post("/privacy/request", data=FORM)
    assert (answer.status_code, "cannot store" in answer.text) == (507, True)
