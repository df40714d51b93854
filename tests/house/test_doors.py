"""Every room is entered by its door: from outside only the package itself or its facts are imported."""

import grimp
import pytest

ROOMS = (
    "people",
    "privacy",
    "presence",
    "routing",
    "calls",
    "meetings",
    "history",
    "recordings",
    "apps",
    "recorder",
    "desk",
    "notices",
    "prompts",
)
OPEN = ("facts",)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("unificx")


def through_the_window(importer: str, imported: str) -> bool:
    _, room, *inner = imported.split(".")
    return room in ROOMS and importer.split(".")[1:2] != [room] and bool(inner) and inner[0] not in OPEN


@pytest.mark.parametrize("room", ROOMS)
def test_the_room_is_there(graph: grimp.ImportGraph, room: str) -> None:
    assert f"unificx.{room}" in graph.modules


def test_rooms_are_entered_by_their_doors(graph: grimp.ImportGraph) -> None:
    climbed = [
        f"{importer} -> {imported}"
        for importer in sorted(graph.modules)
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
        if imported.count(".") and through_the_window(importer, imported)
    ]
    assert not climbed, "through the window:\n" + "\n".join(climbed)


@pytest.mark.parametrize(
    ("importer", "imported", "climbs"),
    [
        ("unificx.web.calls", "unificx.people", False),
        ("unificx.web.calls", "unificx.people.facts", False),
        ("unificx.people.service", "unificx.people.queries.phones", False),
        ("unificx.web.calls", "unificx.people.queries", True),
        ("unificx.web.calls", "unificx.people.queries.phones", True),
        ("unificx.edge", "unificx.calls.service", True),
        ("unificx.edge.people", "unificx.people.tables", True),
        ("unificx.web.calls", "unificx.sip.uri", False),
    ],
)
def test_what_is_a_window(importer: str, imported: str, climbs: bool) -> None:
    assert through_the_window(importer, imported) is climbs
