"""The example office of the demo tenant: a room, a queue, a ring group, opening hours and a menu."""

from unificx.conferencing import NewRoom
from unificx.ivr import MenuSettings, NewMenu
from unificx.queues import NewAgent, NewQueue
from unificx.routing import DestinationRef, NewGroup, NewHours
from unificx.server.container import Container

HOST = "1001"
AGENTS = ("1001", "1002")
MEMBERS = ("1002", "1003", "1004")
MENU = NewMenu(
    number="7000",
    otherwise="mailbox:1001",
    name="Main menu",
    sound="menu/welcome",
    keys={"1": "extension:1001", "2": "extension:1002", "3": "room:8000", "9": "mailbox:1001"},
    settings=MenuSettings(direct_dial=True),
)
HOURS = NewHours("office", ("mon-fri 09:00-17:00",), DestinationRef("group", "6000"), DestinationRef("mailbox", "1001"))


async def furnish_demo(container: Container, tenant_id: str) -> None:
    """Create what an office has, for the extensions of a new demo tenant."""

    def ids(*numbers: str) -> tuple[str, ...]:
        found = [container.identity.directory.extension(tenant_id, number) for number in numbers]
        return tuple([one.id for one in found if one is not None])

    await container.conference_rooms.create(tenant_id, NewRoom("8000", "Meeting room", hosts=ids(HOST)))
    agents = tuple([NewAgent(one) for one in ids(*AGENTS)])
    routing = container.routing
    await routing.queues.service.create(tenant_id, NewQueue("6500", "Support", agents=agents))
    together = (ids(*MEMBERS),)
    await routing.groups.create(
        tenant_id, NewGroup("6000", together, "Sales", otherwise=DestinationRef("mailbox", "1001"))
    )
    await routing.hours.create(tenant_id, HOURS)
    await routing.menus.create(tenant_id, MENU)
