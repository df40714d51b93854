"""Directory of destinations: references, loops, and use."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.core.errors import Conflict, Invalid
from unificx.identity import DirectoryCache, Extension, Tenant
from unificx.routing import (
    CallApp,
    Destination,
    DestinationDirectory,
    DestinationRef,
    ExtensionKind,
    HangupKind,
    Reject,
    Rejection,
    split_priority,
)
from unificx.routing.destinations import RingExtension
from unificx.routing.kinds import MAX_CHAIN


class Menus:
    """A kind of this test: each one leads to some others."""

    kind = "menu"

    def __init__(self, links: Mapping[str, tuple[str, ...]]) -> None:
        self.links = links

    def find(self, tenant_id: str, name: str) -> Destination | None:
        return CallApp("menu", (name,)) if tenant_id == "acme" and name in self.links else None

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        return self.find(tenant_id, dialled)

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        return {name: refs(*to) for name, to in self.links.items()} if tenant_id == "acme" else {}


class OneQueue(Menus):
    """The queue 6500, which leads to a menu."""

    kind = "queue"

    def find(self, tenant_id: str, name: str) -> Destination | None:
        number, priority = split_priority(name)
        return CallApp("queue", (number, str(priority))) if number in self.links else None


def refs(*names: str) -> tuple[DestinationRef, ...]:
    return tuple(DestinationRef("menu", name) for name in names)


def directory_of(**links: tuple[str, ...]) -> DestinationDirectory:
    people = DirectoryCache()
    people.put_tenant(Tenant("acme", "acme", "acme", "acme.example", "active", datetime(2026, 1, 1, tzinfo=UTC)))
    people.put_extension(Extension("e1", "acme", "1001", None, "s", 30, 600, "Ada"))
    return DestinationDirectory((ExtensionKind(people), HangupKind(), Menus(links)))


def test_a_priority_hides_neither_loops_nor_use() -> None:
    directory = directory_of(a=("b",), b=())
    directory.add(OneQueue({"6500": ("a",)}))
    important = DestinationRef.parse("queue:6500/5")
    with pytest.raises(Invalid, match="loop: menu:b → queue:6500 → menu:a → menu:b"):
        directory.check("acme", DestinationRef("menu", "b"), [important])
    directory.check("acme", DestinationRef("menu", "c"), [important])
    directory.add(Leading(important))
    with pytest.raises(Conflict, match="queue:6500 is used by hours:office"):
        directory.require_unused("acme", DestinationRef("queue", "6500"))


class Leading(Menus):
    """Opening hours that lead to a destination."""

    kind = "hours"

    def __init__(self, to: DestinationRef) -> None:
        super().__init__({})
        self.to = to

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        return {"office": (self.to,)}


def test_priority_of_a_queue() -> None:
    assert split_priority(DestinationRef.parse("queue:6500/5").name) == ("6500", 5)
    assert str(DestinationRef.parse("queue:6500/0")) == "queue:6500"
    assert str(DestinationRef.parse("prompt:digits/5").target) == "prompt:digits/5"
    for text in ("queue:6500/10", "queue:6500/", "queue:6500/x", "queue:/5", "queue:6500/5/5"):
        with pytest.raises(Invalid, match="0 to 9"):
            DestinationRef.parse(text)


@pytest.mark.parametrize(
    "text", ["group:6000", "queue:6500/5", "number:+49301234500", "hours:office", "hangup", "hangup:busy", "app:a b"]
)
def test_reference_is_written_as_it_was_read(text: str) -> None:
    assert str(DestinationRef.parse(f" {text} ")) == text


@pytest.mark.parametrize(
    "text", ["", ":", "6000", "group:", "Group:6000", "group: 1", "a" * 40, "x:" + "1" * 101, "x:1\n2"]
)
def test_malformed_reference_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        DestinationRef.parse(text, "otherwise")
    assert refused.value.field == "otherwise"


@given(st.text(max_size=120))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    try:
        ref = DestinationRef.parse(text)
    except Invalid:
        return
    assert DestinationRef.parse(str(ref)) == ref


def test_destinations_are_found_by_reference_and_number() -> None:
    directory = directory_of(a=())
    found = directory.resolve("acme", DestinationRef("extension", "1001"))
    assert isinstance(found, RingExtension)
    assert directory.at_number("acme", "1001") == found
    assert directory.at_number("acme", "a") == CallApp("menu", ("a",))
    assert directory.resolve("acme", DestinationRef("hangup", "busy")) == Reject(Rejection.BUSY)
    for missing in ("menu:b", "hangup:later", "nothing:a", "extension"):
        assert directory.resolve("acme", DestinationRef.parse(missing)) is None
    assert directory.resolve("globex", DestinationRef("menu", "a")) is None


def test_missing_destination_is_refused() -> None:
    directory = directory_of(a=())
    for ref, tenant in (("menu:b", "acme"), ("menu:a", "globex"), ("moon:a", "acme")):
        with pytest.raises(Invalid, match=r"does not exist|no kind of destination moon"):
            directory.check(tenant, None, [DestinationRef.parse(ref)])


def test_loop_is_refused_with_its_path() -> None:
    directory = directory_of(a=("b", "x"), b=("c",), c=(), x=())
    directory.check("acme", DestinationRef("menu", "c"), refs("x"))
    with pytest.raises(Invalid, match="menu:c → menu:a → menu:b → menu:c"):
        directory.check("acme", DestinationRef("menu", "c"), refs("x", "a"))
    with pytest.raises(Invalid, match="menu:c → menu:c"):
        directory.check("acme", DestinationRef("menu", "c"), refs("c"))


def test_too_long_chain_is_refused() -> None:
    names = [f"m{at}" for at in range(MAX_CHAIN + 1)]
    links: dict[str, tuple[str, ...]] = {one: (following,) for one, following in pairwise(names)}
    links[names[-1]] = ()
    links[names[5]] = ()
    directory = directory_of(**links)
    directory.check("acme", DestinationRef("menu", names[5]), refs(names[7]))
    with pytest.raises(Invalid, match=f"More than {MAX_CHAIN} destinations"):
        directory.check("acme", DestinationRef("menu", names[5]), refs(names[6]))


def test_used_destination_names_its_users() -> None:
    directory = directory_of(a=("c",), b=("c",), c=())
    directory.require_unused("acme", DestinationRef("menu", "a"))
    with pytest.raises(Conflict, match="menu:c is used by menu:a, menu:b"):
        directory.require_unused("acme", DestinationRef("menu", "c"))
    directory.require_unused("globex", DestinationRef("menu", "c"))
