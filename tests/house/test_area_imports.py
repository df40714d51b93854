"""Areas are imported only through their package or their events module."""

import re

import grimp
import pytest

from tests.house.named_code import ROOT

LAYERS = re.compile(r"^layers =\n(.*?)^exhaustive", re.M | re.S)
ENGINES_AND_ADAPTERS = {
    "api",
    "cli",
    "core",
    "db",
    "integrations",
    "media",
    "media_worker",
    "rtpengine",
    "sdp",
    "server",
    "sip",
    "sip_server",
    "transport",
}
"""Packages whose modules are imported one by one."""
AREAS_WITHIN_AREAS = {"notifications.reports", "support.mail_in", "support.rights"}


def _areas() -> list[str]:
    layers = LAYERS.search((ROOT / ".importlinter").read_text("ascii"))
    assert layers is not None
    return sorted(AREAS_WITHIN_AREAS | set(re.findall(r"\w+", layers[1])) - ENGINES_AND_ADAPTERS)


AREAS = _areas()
PUBLIC_MODULES = ("events",)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("unificx")


def is_internal_import(importer: str, imported: str) -> bool:
    area = max((each for each in AREAS if f"{imported}.".startswith(f"unificx.{each}.")), key=len, default=None)
    if area is None or f"{importer}.".startswith(f"unificx.{area}."):
        return False
    inner = imported.removeprefix(f"unificx.{area}").split(".")[1:]
    return bool(inner) and inner[0] not in PUBLIC_MODULES


@pytest.mark.parametrize("area", AREAS)
def test_the_area_exists(graph: grimp.ImportGraph, area: str) -> None:
    assert f"unificx.{area}" in graph.modules


def test_no_internal_module_is_imported_from_outside(graph: grimp.ImportGraph) -> None:
    violations = [
        f"{importer} -> {imported}"
        for importer in sorted(graph.modules)
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
        if imported.count(".") and is_internal_import(importer, imported)
    ]
    assert not violations, "imports of internal modules:\n" + "\n".join(violations)


@pytest.mark.parametrize(
    ("importer", "imported", "internal"),
    [
        ("unificx.api.calls", "unificx.identity", False),
        ("unificx.api.calls", "unificx.identity.events", False),
        ("unificx.identity.service", "unificx.identity.repository.phones", False),
        ("unificx.api.calls", "unificx.identity.repository", True),
        ("unificx.api.calls", "unificx.identity.repository.phones", True),
        ("unificx.sip_server", "unificx.calls.service", True),
        ("unificx.sip_server.people", "unificx.identity.models", True),
        ("unificx.api.calls", "unificx.sip.uri", False),
        ("unificx.api.calls", "unificx.support.rights", False),
        ("unificx.api.calls", "unificx.support.rights.service", True),
        ("unificx.support.service", "unificx.support.rights.service", True),
        ("unificx.support.rights.service", "unificx.support.rights.states", False),
    ],
)
def test_internal_imports_are_detected(importer: str, imported: str, internal: bool) -> None:
    assert is_internal_import(importer, imported) is internal
