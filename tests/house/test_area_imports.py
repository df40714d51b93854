"""Areas are imported only through their package or their events module, and packages export only what others import."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import grimp
import pytest

from tests.house.named_code import ROOT
from tests.house.syntax import nodes, parsed

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


# ---- exports


def exported(source: str) -> set[str]:
    """Return the names of `__all__`."""
    for node in parsed(source).body:
        if isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == ["__all__"]:
            return set(ast.literal_eval(node.value))
    return set()


def imports(source: str, packages: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Yield a package and a name for each name that is imported from a package, or read from an imported package."""
    modules = dict[str, str]()
    for node in nodes(source):
        match node:
            case ast.ImportFrom(module=str(module)):
                for each in node.names:
                    yield module, each.name
                    if f"{module}.{each.name}" in packages:
                        modules[each.asname or each.name] = f"{module}.{each.name}"
            case ast.Import():
                modules |= {each.asname or each.name: each.name for each in node.names if each.name in packages}
            case _:
                pass
    for node in nodes(source):
        if isinstance(node, ast.Attribute) and (package := modules.get(ast.unparse(node.value))):
            yield package, node.attr


def needless_exports(sources: Mapping[str, str]) -> set[str]:
    """Return the names in `__all__`, as `package.name`, that no module outside the package imports from it. `sources`
    are those of modules by their dotted names; a package is named without `__init__`. Tests do not count: they import
    from the modules inside what the product does not need."""
    packages = {
        module: names
        for module, source in sources.items()
        if module.startswith("unificx.") and (names := exported(source))
    }
    used = defaultdict[str, set[str]](set)
    for module, source in sources.items():
        for package, name in imports(source, packages):
            if not f"{module}.".startswith(f"{package}."):
                used[package].add(name)
    return {f"{package}.{name}" for package, names in packages.items() for name in names - used[package]}


def test_packages_export_only_what_others_import() -> None:
    paths = [path for folder in ("unificx", "bench") for path in sorted((ROOT / folder).rglob("*.py"))]
    modules = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    found = needless_exports(
        {name.removesuffix(".__init__"): path.read_text("utf-8") for path, name in modules.items()}
    )
    assert not found, "remove from the package: " + ", ".join(sorted(found))


@pytest.mark.parametrize(
    ("importer", "source", "needless"),
    [
        ("unificx.api.calls", "from unificx.calls import Call", False),
        ("bench.calls", "from unificx.calls import Call", False),
        ("unificx.api.calls", "from unificx import calls\n\ncalls.Call()", False),
        ("unificx.api.calls", "import unificx.calls as live\n\nlive.Call()", False),
        ("unificx.api.calls", "from unificx.calls.call import Call", True),
        ("unificx.api.calls", "from unificx.calls import Other", True),
        ("unificx.calls.manager", "from unificx.calls import Call", True),
    ],
)
def test_needless_exports_are_found(importer: str, source: str, needless: bool) -> None:
    package = 'from unificx.calls.call import Call\n\n__all__ = ["Call"]\n'
    found = needless_exports({"unificx.calls": package, importer: source})
    assert found == ({"unificx.calls.Call"} if needless else set())
