"""Areas are imported only through their package or their events module."""

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
    _, area, *inner = imported.split(".")
    return area in ROOMS and importer.split(".")[1:2] != [area] and bool(inner) and inner[0] not in OPEN


@pytest.mark.parametrize("area", ROOMS)
def test_the_area_exists(graph: grimp.ImportGraph, area: str) -> None:
    assert f"unificx.{area}" in graph.modules


def test_no_internal_module_is_imported_from_outside(graph: grimp.ImportGraph) -> None:
    violations = [
        f"{importer} -> {imported}"
        for importer in sorted(graph.modules)
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
        if imported.count(".") and through_the_window(importer, imported)
    ]
    assert not violations, "imports of internal modules:\n" + "\n".join(violations)


@pytest.mark.parametrize(
    ("importer", "imported", "internal"),
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
def test_internal_imports_are_detected(importer: str, imported: str, internal: bool) -> None:
    assert through_the_window(importer, imported) is internal
