"""The office of the screenshots: people in departments, five weeks of calls, messages, chats, costs and invoices."""

import asyncio
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
from portal_pages import PASSWORD, create_administrator
from server import Server

from unificx.calls.events import CallEnded, CallParty, CallStep, MediaQuality, Outcome, OutsideLeg
from unificx.core.access import Access, stating
from unificx.core.clock import SystemClock
from unificx.identity import Extension
from unificx.prompts import Prompts
from unificx.queues.schemas import Visit
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths, database_url
from unificx.voicemail import NewMessage

DAYS = 40
"""Age of the office."""
DEPARTMENTS = {"1002": "Sales", "1003": "Support", "1004": "Accounting"}
STAFF = (
    ("1005", "Greta Vogel", "Sales"),
    ("1006", "Jonas Weber", "Support"),
    ("1007", "Leyla Demir", "Support"),
    ("1008", "Mateusz Nowak", "Workshop"),
    ("1009", "Sofia Rossi", "Sales"),
    ("1010", "Youssef Amrani", "Workshop"),
    ("1011", "Hanna Krüger", "Management"),
    ("1012", "Noah Fischer", "Accounting"),
)
PRESENCE: Mapping[str, Mapping[str, str]] = {
    "1003": {"state": "busy", "note": "Writing the offer for Hafenbau"},
    "1005": {"state": "lunch", "note": ""},
    "1007": {"state": "do_not_disturb", "note": ""},
    "1009": {"state": "trip", "note": "At the trade fair until Friday"},
    "1011": {"state": "away", "note": "Back at 15:30"},
    "1012": {"state": "off_work", "note": ""},
}
CUSTOMERS = (
    ("Maria Lindner", "Hafenbau Lindner GmbH", "+493023125041", True),
    ("Peter Osei", "Osei Logistics Ltd", "+442079460123", True),
    ("Claudia Brandt", "Messebau Brandt", "+494066969017", False),
    ("Tomasz Wrona", "Wrona Design", "+498999998118", False),
    ("Ines Carvalho", "Carvalho & Filhos", "+351210493555", False),
    ("Dr. Uta Reimann", "Praxis Reimann", "+492214710442", True),
    ("Karim Haddad", "Haddad Catering", "+4917139200071", False),
    ("Sven Aalto", "Aalto Instruments", "+35894541800", False),
)
CALLERS = (*(each[2] for each in CUSTOMERS), "+493023125777", "+4917139200915", "+494066969300")
RATES = b"prefix,price\n49,0.02\n4917,0.09\n44,0.03\n351,0.05\n358,0.06\n"
SELLER = {
    "name": "PBX GmbH",
    "street": "Beispielweg 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "vat_id": "DE136695976",
    "iban": "DE89370400440532013000",
}
BUYER = {
    "name": "Harbour Office GmbH",
    "street": "Kaistraße 7",
    "postcode": "20457",
    "city": "Hamburg",
    "country": "DE",
}
PAYMENT = "SEPA-2026-11-20"
PLAN = {"name": "Business", "price": 29_900_000, "extension_price": 4_500_000, "included": {}}
CHAT = (
    ("1003", "Does the stand have a network connection, or do we bring our own?"),
    ("1002", "It has one. The organiser sent the plan yesterday: **hall 4, row C**."),
    ("1004", "I bring two desk phones and the headsets."),
    ("1005", "Who picks up the van?"),
    ("1003", "Mateusz does. Let us meet at nine on Monday."),
)
DIRECT = {
    "1003": ("Hafenbau asks for a call back today.", "Thanks, I call them after lunch."),
    "1005": ("Can you take the queue from two to three?", "Yes, with pleasure."),
    "1008": ("The new headsets have arrived.",),
}


@dataclass
class ShiftedClock(SystemClock):
    """A clock that is behind by a while."""

    behind: timedelta = timedelta()

    def now(self) -> datetime:
        return super().now() - self.behind


def open_office(server: Server) -> None:
    """Start the server on the office, whose history has the present as its end."""
    server.clock_ahead = -timedelta(days=DAYS)
    server.start()
    create_administrator(server)
    with server.rest() as rest:
        _furnish(rest)
    server.stop()
    asyncio.run(_live_through(server))
    server.clock_ahead = timedelta()
    server.start()
    with server.rest() as rest:
        _issue_invoices(rest)
        for number, change in PRESENCE.items():
            _ask(rest, "PATCH", f"presence/{number}", change)
    _chat(server)


def _furnish(rest: httpx.Client) -> None:
    people = {each["name"]: each["id"] for each in _ask(rest, "GET", "persons")["items"]}
    for extension in _ask(rest, "GET", "extensions")["items"]:
        if extension["number"] in DEPARTMENTS:
            change = {"department": DEPARTMENTS[extension["number"]]}
            _ask(rest, "PATCH", f"persons/{people[extension['name']]}", change)
    for number, name, department in STAFF:
        email = f"{name.split()[0].lower()}@harbour.example"
        _ask(rest, "POST", "persons", {"name": name, "email": email, "number": number, "department": department})
    _ask(rest, "PATCH", "tenants/demo", {"name": "Harbour Office"})
    for name, organisation, number, favourite in CUSTOMERS:
        numbers = [{"number": number, "label": "work"}]
        contact = {"name": name, "organisation": organisation, "numbers": numbers, "favourite": favourite}
        _ask(rest, "POST", "contacts", {"book": "company", **contact})
    deck = _ask(rest, "POST", "billing/rate-decks", {"name": "Carrier", "currency": "EUR"})["id"]
    rest.put(f"/api/v1/billing/rate-decks/{deck}/rates", params={"tenant": "demo"}, content=RATES).raise_for_status()
    started = datetime.now(UTC) - timedelta(days=DAYS)
    _ask(rest, "POST", f"billing/rate-decks/{deck}/start", {"in_force": started.isoformat()})
    _ask(rest, "POST", "plans", PLAN, tenant=None)
    _ask(rest, "PUT", "billing/plan", {"plan": PLAN["name"]})
    _ask(rest, "PUT", "billing/details", SELLER, tenant="operator")
    _ask(rest, "PUT", "billing/details", BUYER)


def _issue_invoices(rest: httpx.Client) -> None:
    month = (datetime.now(UTC).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    _ask(rest, "POST", "billing/invoices", {"month": month, "dry_run": False})
    _ask(rest, "POST", "billing/payments", {"reference": PAYMENT, "amount": 41_170_000})
    _ask(rest, "POST", "billing/refunds", {"payment": PAYMENT, "reference": "RF-2026-11-27", "amount": 5_000_000})


def _ask(rest: httpx.Client, method: str, path: str, body: object = None, tenant: str | None = "demo") -> Any:
    query = {"tenant": tenant} if tenant else {}
    answer = rest.request(method, f"/api/v1/{path}", params=query, json=body)
    assert answer.is_success, f"{method} {path}: {answer.text}"
    return answer.json() if answer.content else None


# ---- the past, written by a process without a network


async def _live_through(server: Server) -> None:
    paths, clock = InstallationPaths(server.home), ShiftedClock()
    async with open_installation(paths, database_url(paths, {}), {}, clock) as container:
        with stating(Access("telephony", "example")):
            await Past(container, clock).write(server.tenant)


class Past:
    """Writes calls and messages, the same ones each time."""

    def __init__(self, container: Container, clock: ShiftedClock) -> None:
        self._container, self._clock = container, clock
        self._random = random.Random(7)
        self._tenant, self._people, self._trunk, self._queue = "", dict[str, Extension](), "", ""

    async def write(self, slug: str) -> None:
        container = self._container
        directory = container.identity.directory
        self._tenant = (await container.identity.tenants.get(slug)).id
        numbers = (f"10{each:02}" for each in range(1, 13))
        self._people = {one.number: one for each in numbers if (one := directory.extension(self._tenant, each))}
        self._trunk = container.trunks.list(self._tenant).items[0].id
        self._queue = next(each.id for each in container.routing.queues.service.all() if each.number == "6500")
        for started in self._moments():
            self._call(started)
        for days, number, caller, key, seconds in (
            (0, "1002", "+493023125041", "parking/several", 3),
            (0, "1002", "1003", "voicemail/greeting", 2),
            (1, "1002", "+442079460123", "parking/several", 5),
            (2, "1002", "+4917139200915", "voicemail/greeting", 4),
            (0, "1003", "+492214710442", "parking/several", 3),
        ):
            await self._message(timedelta(days=days, minutes=37 * seconds), number, caller, key, seconds)

    def _moments(self) -> Iterator[datetime]:
        """Starts of calls: most in the morning and after lunch, few at weekends, but always some today."""
        now = datetime.now(UTC)
        for days in range(35, -1, -1):
            day = now - timedelta(days=days)
            calls = 9 if day.weekday() > 4 and days else 34 + self._random.randrange(10)
            hours = self._random.choices(range(7, 18), (2, 6, 9, 8, 5, 2, 5, 8, 7, 5, 2), k=calls)
            for hour in sorted(hours):
                at = day.replace(hour=hour, minute=self._random.randrange(60), second=self._random.randrange(60))
                if at < now - timedelta(minutes=3):
                    yield at

    def _call(self, started: datetime) -> None:
        kind = self._random.choices(("inbound", "queue", "outbound", "internal"), (30, 25, 25, 20))[0]
        one, other = self._random.sample([each for each in self._people.values() if each.number != "1001"], 2)
        outside = CallParty("caller", number=self._random.choice(CALLERS), quality=self._quality())
        waited = timedelta(seconds=self._random.randrange(4, 28))
        talked = timedelta(seconds=int(self._random.lognormvariate(4.8, 0.8)))
        outcome = self._outcome()
        answered = started + waited if outcome == "answered" else None
        ended = started + waited + (talked if answered else timedelta())
        if kind == "outbound":
            parties = (self._party("caller", one), replace(outside, role="callee"))
        elif kind == "internal":
            parties = (self._party("caller", one), self._party("callee", other))
        else:
            parties = (outside, self._party("callee", one))
        call = CallEnded(
            self._clock.new_id(),
            self._tenant,
            "inbound" if kind == "queue" else kind,
            started,
            answered,
            ended,
            outcome,
            {"answered": 16, "missed": 19, "busy": 17, "declined": 21, "cancelled": 16}[outcome],
            parties,
        )
        if kind == "queue":
            call = self._through_queue(call, one)
        if kind == "outbound" and answered:
            call = replace(call, outside=(OutsideLeg(parties[1].number, self._trunk, one.id, answered, ended),))
        self._container.history.record(call)

    def _through_queue(self, call: CallEnded, agent: Extension) -> CallEnded:
        """The menu, then the queue, then an agent."""
        passed, connected = call.started + timedelta(seconds=3), call.answered or call.ended
        waited, answered = (connected - call.started).total_seconds(), call.answered is not None
        talked = (call.ended - connected).total_seconds()
        visit = Visit(
            self._clock.new_id(),
            self._tenant,
            self._queue,
            call.id,
            passed,
            "answered" if answered else "abandoned",
            waited,
            talked if answered else 0.0,
            agent.id if answered else None,
            call.parties[0].number,
        )
        self._container.routing.queues.history.record_visit(visit, None)
        steps = (
            CallStep("menu", "dialled", call.started, passed, "continued", number="7000", name="Main menu"),
            CallStep("queue", "routed", passed, connected, "continued", number="6500", name="Support"),
            CallStep("extension", "routed", connected, call.ended, call.outcome, call.parties[1]),
        )
        return replace(call, steps=steps)

    async def _message(self, ago: timedelta, number: str, caller: str, key: str, repeats: int) -> None:
        """A message in a mailbox, and its call."""
        self._clock.behind = ago
        owner, inside, at = self._people[number], self._people.get(caller), self._clock.now()
        calling = self._party("caller", inside) if inside else CallParty("caller", number=caller)
        parties, direction = (calling, self._party("callee", owner)), "internal" if inside else "inbound"
        call = CallEnded(self._clock.new_id(), self._tenant, direction, at, None, at, "missed", 19, parties)
        self._container.history.record(replace(call, ended=at + timedelta(seconds=40), answered_by="voicemail"))
        subject, name = (inside.subject, inside.name) if inside else (None, "")
        new = NewMessage(self._tenant, owner.id, owner.subject, call.id, subject, caller, name)
        writer = await self._container.mailboxes.begin(new)
        sound = Prompts().sound(key, "en")
        for _ in range(repeats):
            await writer.write(sound.pcm, sound.rate)
        await writer.store()
        self._clock.behind = timedelta()

    def _party(self, role: str, one: Extension) -> CallParty:
        name = self._container.identity.directory.display_name(one)
        kind = "caller" if role == "caller" else "callee"
        return CallParty(kind, one.subject, one.id, number=one.number, name=name, quality=self._quality())

    def _quality(self) -> MediaQuality:
        loss = self._random.choice((0.0, 0.0, 0.1, 0.2, 0.4, 1.8))
        return MediaQuality(loss, round(self._random.uniform(1, 9), 1), round(4.42 - loss * 0.35, 2), 4000)

    def _outcome(self) -> Outcome:
        outcomes: tuple[Outcome, ...] = ("answered", "missed", "busy", "declined", "cancelled")
        return self._random.choices(outcomes, (78, 12, 3, 2, 5))[0]


# ---- chats


def _chat(server: Server) -> None:
    users = {number: _signed_in(server, number) for number in ("1002", "1003", "1004", "1005", "1008")}
    try:
        ids = count()
        group = _post(users["1002"], "conversations", {"members": list(users)[1:], "name": "Trade fair"})["id"]
        sent = [_send(users[number], group, text, next(ids)) for number, text in CHAT]
        for number, emoji, message in (("1003", "👍", sent[1]), ("1005", "👍", sent[1]), ("1002", "🎉", sent[2])):
            path = f"/api/v1/conversations/{group}/messages/{message}/reaction"
            users[number].put(path, json={"emoji": emoji}).raise_for_status()
        for number, texts in DIRECT.items():
            conversation = _post(users[number], "conversations", {"members": ["1002"]})["id"]
            for at, text in enumerate(texts):
                _send(users[number if at % 2 == 0 else "1002"], conversation, text, next(ids))
    finally:
        for each in users.values():
            each.close()


def _send(user: httpx.Client, conversation: str, text: str, number: int) -> str:
    message = {"client_id": f"example-{number}", "text": text}
    return _post(user, f"conversations/{conversation}/messages", message)["id"]


def _signed_in(server: Server, number: str) -> httpx.Client:
    with server.rest() as rest:
        person = _ask(rest, "GET", f"extensions/{number}")["person_id"]
        email = _ask(rest, "GET", f"persons/{person}")["email"] or f"{number}@harbour.example"
        _ask(rest, "PATCH", f"persons/{person}", {"email": email})
        _ask(rest, "PUT", f"persons/{person}/password", {"password": PASSWORD})
    client = httpx.Client(base_url=server.ready["http"], timeout=30)
    signed = _post(client, "sessions", {"email": email, "password": PASSWORD, "keep": "token"})
    client.headers["Authorization"] = f"Bearer {signed['token']}"
    options = client.get("/api/v1/sign-in/options").json()
    terms = {name: options[name] for name in ("terms_version", "policy_version")}
    client.post("/api/v1/me/acceptances", json={"of_age": True, **terms}).raise_for_status()
    return client


def _post(client: httpx.Client, path: str, body: object) -> Any:
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.is_success, f"{path}: {answer.text}"
    return answer.json()
