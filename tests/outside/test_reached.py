"""A person is invited by e-mail, comes in, and is reached by push, across the sudden death of the server."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mail_box import MailBox, mail_server, text_of
from push_service import Browser, PushService, push_service
from server import Server, eventually, watched


class Outside:
    """The mail server and the push service, in a thread of their own."""

    def __init__(self) -> None:
        self.box, self.service = MailBox(), PushService()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, folder: Path) -> None:
        asyncio.run(self._serve(folder))

    async def _serve(self, folder: Path) -> None:
        self._loop = asyncio.get_running_loop()
        async with mail_server(folder) as self.box, push_service() as self.service:
            self._ready.set()
            await self._stop.wait()

    def wait(self) -> None:
        assert self._ready.wait(10)

    def stop(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._stop.set)


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    found = Outside()
    thread = threading.Thread(target=found.run, args=(tmp_path / "mail",))
    thread.start()
    found.wait()
    yield found
    found.stop()
    thread.join()


@pytest.fixture
def reaching(outside: Outside, tmp_path: Path) -> Iterator[Server]:
    """A server that knows both."""
    url = f"smtp://pbx:p%40ss%3Aword@localhost:{outside.box.port}?from=pbx@example.com&tls=required"
    settings = {
        "UNIFICX_SMTP": url,
        "UNIFICX_PUSH_LOOPBACK": "1",
        "UNIFICX_PUBLIC_URL": "https://pbx.example.com",
        "SSL_CERT_FILE": str(tmp_path / "mail" / "ca.pem"),
    }
    server = Server(tmp_path / "home", settings=settings)
    server.canaries |= {"p@ss:word", "ada@example.com", "Adalbert Quexample"}
    yield from watched(server)


@pytest.mark.promise("U2", "U3", "T1")
def test_invited_by_mail_and_reached_by_push(reaching: Server, outside: Outside) -> None:
    link = invited(reaching, outside)
    code = link.partition("#invitation=")[2]
    with httpx.Client(base_url=reaching.ready["http"], timeout=30) as client:
        look = client.post("/api/v1/invitations/look", json={"code": code})
        assert look.status_code == 200, look.text
        options = client.get("/api/v1/sign-in/options").json()
        answer = client.post(
            "/api/v1/invitations/accept",
            json={
                "code": code,
                "password": "correct horse battery",
                "of_age": True,
                "terms_version": options["terms_version"],
                "policy_version": options["policy_version"],
                "device": {"name": "Ada's phone", "kind": "mobile"},
                "keep": "token",
            },
        )
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        browser = Browser(outside.service, "/ada")
        reaching.canaries |= {browser.subscription().endpoint, browser.subscription().auth, code}
        assert client.put("/api/v1/me/push", json=browser.as_json()).status_code == 204
        key = client.get("/api/v1/push/key").json()
        tried(client, browser)
        reaching.kill()
        reaching.start()
        assert client.get("/api/v1/push/key").json() == key
        tried(client, browser)
        session = answer.json()["session_id"]
        assert client.delete(f"/api/v1/sessions/{session}").status_code == 204
        eventually(lambda: browser.messages()[-1] == {"type": "signed_out"}, what="the device is told")
    found = {check["name"]: check["state"] for check in reaching.cli("doctor", check=False)["checks"]}
    assert (found["mail"], found["push"]) == ("ok", "ok")


def invited(server: Server, outside: Outside) -> str:
    """The link in the letter."""
    server.cli("person", "create", "--tenant", "demo", "--name", "Adalbert Quexample", "--email", "ada@example.com")
    with server.rest() as operator:
        persons = operator.get("/api/v1/persons", params={"tenant": "demo", "limit": 200}).json()["items"]
        person = next(one["id"] for one in persons if one["email"] == "ada@example.com")
        answer = operator.post("/api/v1/invitations", params={"tenant": "demo"}, json={"person_id": person})
        assert answer.status_code == 201, answer.text
        assert answer.json()["sent"] is True
    letter = eventually(lambda: outside.box.taken and outside.box.taken[0].letter, what="the letter")
    assert letter["To"] == "Adalbert Quexample <ada@example.com>"
    [link] = set(re.findall(r"https://pbx\.example\.com/app/#\S+", text_of(letter, "plain")))
    return link


def tried(client: httpx.Client, browser: Browser) -> None:
    """A test push comes to the device."""
    begun: Any = client.post("/api/v1/me/push/test")
    assert begun.status_code == 201, begun.text
    wanted: Callable[[], bool] = lambda: {"type": "test", "id": begun.json()["id"]} in browser.messages()  # noqa: E731
    eventually(wanted, what="the test push")
