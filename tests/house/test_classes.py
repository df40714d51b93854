"""Limits on classes: methods, lines, inheritance; ports only point up; services get what they need when they are built.

Each set of present violations may only shrink: a name that no longer violates has to be removed from it.
"""

import ast
import configparser
import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import FunctionType

import pytest

import unificx
from tests.house.syntax import nodes, statements

ROOT = Path(__file__).parents[2]
METHODS, LINES, ANCESTORS = 25, 300, 2

TOO_MANY_METHODS = {
    "callapps.call.Call",
    "calls.manager.CallManager",
    "identity.cache.DirectoryCache",
    "media_worker.client.MediaEngineClient",
    "notifications.push.PushNotifier",
    "recording.archive.RecordingArchive",
    "sip.legs.incoming.IncomingLeg",
    "sip.legs.leg.Leg",
    "sip.legs.outgoing.OutgoingLeg",
    "voicemail.service.Mailboxes",
}
TOO_LONG = {
    "calls.manager.CallManager",
    "media.mixer.mixer.Mixer",
    "sip.fields.Message",
    "sip.legs.leg.Leg",
}
TOO_DEEP = {
    "sip.legs.incoming.IncomingLeg",
    "sip.legs.outgoing.OutgoingLeg",
}
PORTS_TO_BELOW: set[str] = set()
LATE_CALLBACKS: set[str] = set()
LATE_WIRING: set[str] = set()
"""Services that are connected after construction."""


def own(cls: type) -> bool:
    return cls.__module__.partition(".")[0] == "unificx"


def methods(cls: type) -> int:
    """Count the methods and properties written in a class and in its ancestors of this project, each name once."""
    names: set[str] = set()
    for each in filter(own, cls.__mro__):
        for name, value in list(vars(each).items()):  # a schema is built, and its class changed, when it is looked at
            function = getattr(value, "__func__", value)
            if isinstance(value, property) or (isinstance(function, FunctionType) and _is_written(function, each)):
                names.add(name)
    return len(names)


def _is_written(function: FunctionType, cls: type) -> bool:
    """Return whether a function stands in the source of the class, unlike those that dataclasses generate."""
    return function.__code__.co_filename == inspect.getsourcefile(cls)


def lines(cls: type) -> int:
    """Count source lines; 0 for a class that a function call made."""
    try:
        return len(inspect.getsourcelines(cls)[0])
    except OSError:
        return 0


def ancestors(cls: type) -> int:
    """Count the classes of this project in the longest line of ancestors. 2 is base, derived, derived again."""
    return max((ancestors(base) + 1 for base in cls.__bases__ if own(base)), default=0)


@pytest.fixture(scope="module")
def classes() -> dict[str, type]:
    """All classes of the package, by name without `unificx.`."""
    found: dict[str, type] = {}
    for info in pkgutil.walk_packages(unificx.__path__, "unificx."):
        if info.name.endswith("__main__") or ".migrations." in info.name:
            continue
        for value in vars(importlib.import_module(info.name)).values():
            if inspect.isclass(value) and value.__module__ == info.name:
                found[f"{value.__module__}.{value.__qualname__}".removeprefix("unificx.")] = value
    return found


@pytest.mark.parametrize(
    ("measure", "most", "listed"),
    [(methods, METHODS, TOO_MANY_METHODS), (lines, LINES, TOO_LONG), (ancestors, ANCESTORS, TOO_DEEP)],
)
def test_classes_are_small(classes: dict[str, type], measure, most: int, listed: set[str]) -> None:
    assert len(classes) > 500
    assert {name for name, cls in classes.items() if measure(cls) > most} == listed


def test_measures_of_classes() -> None:
    class Base:
        __module__ = "unificx.example"

        def one(self) -> None: ...
        @property
        def two(self) -> None: ...

    class Derived(Base):
        __module__ = "unificx.example"

        def one(self) -> None: ...
        @staticmethod
        def three() -> None: ...

    Base.__module__ = Derived.__module__ = __name__
    assert not own(Base)
    for each in (Base, Derived):
        each.__module__ = "unificx.example"
    assert own(Base)
    assert (ancestors(Base), ancestors(Derived)) == (0, 1)


# ---- ports


def layers() -> dict[str, int]:
    """Return the layer of each package, 0 for the uppermost."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    rows = config["importlinter:contract:layers"]["layers"].strip().splitlines()
    return {name.strip(" ()"): number for number, row in enumerate(rows) for name in row.split("|")}


def members(cls: ast.ClassDef) -> set[str]:
    """Return the names of methods and attributes, including those assigned to `self`."""
    names: set[str] = set()
    for node in ast.walk(cls):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                names.add(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                names.add(name)
    return names


def bases(cls: ast.ClassDef) -> set[str]:
    return {ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in cls.bases}


def ports_to_below(sources: Mapping[str, str], layer: Mapping[str, int]) -> Iterator[str]:
    """Yield `path Protocol` for each Protocol that is implemented by one class of its package, or only in lower layers.

    Except those of `cluster`, the boundary of a process: the other implementation of each is a shared store.

    A class implements a Protocol if it has members of all its names. A Protocol without an implementer stands for
    classes of other packages, and several in its package stand for a choice. A class of its package that is named
    `No…` or `Null…` does nothing, and does not count.
    """
    every = [(path, node) for path, source in sources.items() for node in statements(source)]
    found = [(path, node) for path, node in every if isinstance(node, ast.ClassDef)]
    by_name: dict[str, list[ast.ClassDef]] = defaultdict(list)
    for _, cls in found:
        by_name[cls.name].append(cls)
    members_of = cache(members)

    def inherited(cls: ast.ClassDef, seen: tuple[str, ...] = ()) -> set[str]:
        parents = [each for base in bases(cls) - {*seen} for each in by_name[base]]
        return members_of(cls).union(*(inherited(parent, (*seen, cls.name)) for parent in parents))

    concrete = [(path, cls.name, inherited(cls)) for path, cls in found if "Protocol" not in bases(cls)]
    for path, cls in found:
        needed, package = inherited(cls) - {"__init__"}, _package(path)
        if "Protocol" in bases(cls) and "__call__" not in needed and package != "cluster":
            where = [
                _package(other)
                for other, name, names in concrete
                if needed <= names and not (_package(other) == package and re.match(r"_*(No|Null)[A-Z]", name))
            ]
            if where == [package] or (where and all(layer[each] > layer[package] for each in where)):
                yield f"{path} {cls.name}"


def _package(path: str) -> str:
    return path.partition("/")[0]


def package_sources() -> dict[str, str]:
    package = ROOT / "unificx"
    return {each.relative_to(package).as_posix(): each.read_text("utf-8") for each in sorted(package.rglob("*/*.py"))}


def test_ports_point_up() -> None:
    assert set(ports_to_below(package_sources(), layers())) == PORTS_TO_BELOW


PORT = "class Port(Protocol):\n    def save(self): ...\n    def load(self): ...\n"
STORE = "class Store:\n    def save(self): ...\n    load = None\n"


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        ({"calls/ports.py": PORT, "db/store.py": STORE}, ["calls/ports.py Port"]),
        ({"calls/ports.py": PORT, "calls/store.py": STORE}, ["calls/ports.py Port"]),
        ({"calls/ports.py": PORT, "api/store.py": STORE}, []),
        ({"cluster/ports.py": PORT, "cluster/store.py": STORE}, []),
        ({"calls/ports.py": PORT, "db/store.py": STORE, "api/store.py": STORE}, []),
        ({"calls/ports.py": PORT, "db/store.py": "class Half:\n    def save(self): ...\n"}, []),
        ({"calls/ports.py": PORT, "db/store.py": STORE + "class Other(Store): ...\n"}, ["calls/ports.py Port"]),
        ({"calls/ports.py": PORT + STORE + "class Other(Store): ...\n"}, []),
        ({"calls/ports.py": PORT + STORE.replace("Store", "NoStore"), "db/store.py": STORE}, ["calls/ports.py Port"]),
        ({"calls/ports.py": PORT + STORE.replace("Store", "NoStore"), "api/store.py": STORE}, []),
    ],
)
def test_ports_to_below_are_found(sources: dict[str, str], found: list[str]) -> None:
    assert list(ports_to_below(sources, {"api": 0, "calls": 1, "db": 2})) == found


# ---- callbacks


def callback_names(sources: Mapping[str, str]) -> set[str]:
    """Return the names of attributes that are always declared as Callable."""
    declared: dict[str, set[bool]] = defaultdict(set)
    for source in sources.values():
        for node in statements(source):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, (ast.Name, ast.Attribute)):
                name = node.target.id if isinstance(node.target, ast.Name) else node.target.attr
                declared[name].add("Callable" in ast.unparse(node.annotation))
    return {name for name, callables in declared.items() if callables == {True}}


def late_callbacks(source: str, names: set[str]) -> Iterator[str]:
    """Yield each assignment to a callback of another object: of its name, declared as Callable, or of a lambda."""
    for node in statements(source):
        for whole in node.targets if isinstance(node, ast.Assign) else ():
            for target in getattr(whole, "elts", [whole]):
                if not isinstance(target, ast.Attribute) or ast.unparse(target.value) == "self":
                    continue
                if target.attr.startswith("on_") or target.attr in names or isinstance(node.value, ast.Lambda):
                    yield ast.unparse(target)


def test_callbacks_are_passed_to_the_constructor() -> None:
    sources = package_sources()
    names = callback_names(sources)
    found = {f"{path} {target}" for path, source in sources.items() for target in late_callbacks(source, names)}
    assert found == LATE_CALLBACKS


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("call.on_change = notify", ["call.on_change"]),
        ("self.call.on_change = notify", ["self.call.on_change"]),
        ("call.on_start, call.on_end = first, last", ["call.on_start", "call.on_end"]),
        ("call.changed = lambda: None", ["call.changed"]),
        ("call.recall = notify", ["call.recall"]),
        ("self.on_change = on_change", []),
        ("call.state = state", []),
    ],
)
def test_late_callbacks_are_found(source: str, found: list[str]) -> None:
    names = callback_names({"a.py": "class A:\n    recall: Callable[[], None]\n    state: str\n"})
    assert list(late_callbacks(source, names)) == found


# ---- wiring

ASSIGNED_BY_TESTS = {
    "act.entry": "a record that an act fills while it runs",
    "call.course": "a state that cannot be reached",
    "call.peer_changed": "a state that cannot be reached",
    "call.room": "of a fake",
    "call.state": "a state that cannot be reached",
    "calls.apps": "of a fake, which runs the apps that call it",
    "calls.ringing": "of a fake",
    "endpoint.port": "of a server of the test",
    "header.size": "of a file of a tar archive",
    "leg.call_id": "of a fake",
    "phone.challenge": "of a phone of the test",
    "retention._state": "a state that takes days to be reached",
    "slot.connection": "set by the transport once there is a connection",
    "videos.state": "of a subclass of the test",
}
"""Assignments to attributes of objects of the package, or of objects that have the name of such ones; why they stay."""


def assigned_attributes(source: str) -> Iterator[str]:
    """Yield `object.attribute` for each assignment to an attribute of an object other than `self`."""
    for node in statements(source):
        for whole in node.targets if isinstance(node, ast.Assign) else ():
            for target in getattr(whole, "elts", [whole]):
                if isinstance(target, ast.Attribute) and ast.unparse(target.value) != "self":
                    yield ".".join(ast.unparse(target).split(".")[-2:])


def test_the_composition_root_builds_services_complete() -> None:
    root = {path: source for path, source in package_sources().items() if path.startswith("server/")}
    assert len(root) > 50
    modules = [source for path, source in root.items() if path.count("/") == 1]
    assert {each for source in modules for each in assigned_attributes(source)} == LATE_WIRING


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("container.meetings.mixer = engine", ["meetings.mixer"]),
        ("a.mixer, b.relay = engine, relay", ["a.mixer", "b.relay"]),
        ("first = meetings.recorder = Recorder()", ["meetings.recorder"]),
        ("self.meetings.mixer = engine", ["meetings.mixer"]),
        ("self.mixer = engine", []),
        ("meetings = Meetings(engine)", []),
    ],
)
def test_assigned_attributes_are_found(source: str, found: list[str]) -> None:
    assert list(assigned_attributes(source)) == found


def annotated(node: ast.expr | None) -> set[str]:
    """Return the names in an annotation, also of one that is a text."""
    names: set[str] = set()
    for each in ast.walk(node) if node is not None else ():
        match each:
            case ast.Name(id=name):
                names.add(name)
            case ast.Constant(value=str(text)):
                names.update(re.findall(r"\w+", text))
            case _:
                pass
    return names


def data(cls: ast.ClassDef) -> set[str]:
    """Return the attributes of a class without its methods; those of a Protocol are left out, as tests implement it."""
    methods = {each.name for each in cls.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    return set() if "Protocol" in bases(cls) else members(cls) - methods


def assignable(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Return the attributes that an object may have by the name that parameters, fields and properties give to it."""
    every = [node for source in sources.values() for node in nodes(source)]
    by_class: dict[str, set[str]] = defaultdict(set)
    for node in every:
        if isinstance(node, ast.ClassDef):
            by_class[node.name] |= data(node)
    found: dict[str, set[str]] = defaultdict(set)
    for node in every:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name), annotation=annotation):
                pass
            case ast.arg(arg=name, annotation=annotation):
                pass
            case ast.FunctionDef(name=name, returns=annotation, decorator_list=[ast.Name(id="property")]):
                pass
            case _:
                continue
        for cls in annotated(annotation) & by_class.keys():
            found[name.lstrip("_")] |= by_class[cls]
    return found


def late_parts(source: str, attributes: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield each assignment to an attribute of an object of the package, recognised by its name."""
    for each in assigned_attributes(source):
        owner, _, attribute = each.partition(".")
        if attribute in attributes.get(owner.lstrip("_"), ()):
            yield each


def test_tests_build_services_complete() -> None:
    """They are built as in the program: with other parts, not with parts that are exchanged afterwards."""
    attributes = assignable(package_sources())
    assert {"processors", "meetings", "public_address"} <= attributes.keys()
    sources = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py")]
    assert {each for source in sources for each in late_parts(source, attributes)} == ASSIGNED_BY_TESTS.keys()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("world.services.meetings.recorder = Recorder()", ["meetings.recorder"]),
        ("world._meetings.recorder = Recorder()", ["_meetings.recorder"]),
        ("live.meetings.recorder = Recorder()", ["meetings.recorder"]),
        ("meetings.join = fail", []),
        ("world.meetings.other = 1", []),
        ("port.recorder = Recorder()", []),
        ("world.meetings = Meetings(Recorder())", []),
    ],
)
def test_late_parts_are_found(source: str, found: list[str]) -> None:
    meetings = "class Meetings:\n    recorder: int\n    def join(self): ...\n"
    port = "class Port(Protocol):\n    recorder: int\n"
    uses = "class Live:\n    @property\n    def meetings(self) -> Meetings: ...\ndef run(port: 'Port'): ...\n"
    assert list(late_parts(source, assignable({"a.py": meetings + port + uses}))) == found
