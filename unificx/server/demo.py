"""The example office of the demo tenant: a carrier, a number, opening hours, a menu, a group, a queue and a room."""

from unificx.conferencing import NewRoom
from unificx.ivr import MenuSettings, NewMenu
from unificx.queues import NewAgent, NewQueue, QueueSettings
from unificx.routing import DestinationRef, NewGroup, NewHours, NewNumber, NewRoute
from unificx.server.container import Container
from unificx.trunks import NewTrunk

HOST = "1001"
AGENTS = ("1001", "1002")
MEMBERS = ("1002", "1003", "1004")
MAILBOX = DestinationRef("mailbox", "1001")
MENU = NewMenu(
    number="7000",
    otherwise=str(MAILBOX),
    name="Main menu",
    sound="menu/welcome",
    keys={"1": "group:6000", "2": "queue:6500", "3": "room:8000", "9": str(MAILBOX)},
    settings=MenuSettings(direct_dial=True),
)
HOURS = NewHours("office", ("mon-fri 09:00-17:00",), DestinationRef("menu", "7000"), MAILBOX)
CARRIER = NewTrunk("carrier", "127.0.0.2:5090")
"""Started by `script/carrier`. Its address is one that no phone on this machine uses: a phone has to sign in."""
NUMBER = NewNumber("+49301234500", CARRIER.name, "hours:office")
LAST_POSITION = 1_000
ROUTE = NewRoute("demo", "+.", (CARRIER.name,), LAST_POSITION, caller_id=NUMBER.number)
"""The position lets routes of a real carrier precede."""


async def furnish_demo(container: Container, tenant_id: str) -> None:
    """Create what an office has, for the extensions of a new demo tenant."""

    def ids(*numbers: str) -> tuple[str, ...]:
        found = [container.identity.directory.extension(tenant_id, number) for number in numbers]
        return tuple([one.id for one in found if one is not None])

    await container.conference_rooms.create(tenant_id, NewRoom("8000", "Meeting room", hosts=ids(HOST)))
    agents = tuple([NewAgent(one) for one in ids(*AGENTS)])
    routing = container.routing
    queue = NewQueue("6500", "Support", QueueSettings(max_wait=300), str(MAILBOX), agents)
    await routing.queues.service.create(tenant_id, queue)
    await routing.groups.create(tenant_id, NewGroup("6000", (ids(*MEMBERS),), "Sales", otherwise=MAILBOX))
    await routing.menus.create(tenant_id, MENU)
    await routing.hours.create(tenant_id, HOURS)
    await container.trunks.create(tenant_id, CARRIER)
    await routing.outbound.numbers.create(tenant_id, NUMBER)
    await routing.outbound.routes.create(tenant_id, ROUTE)
