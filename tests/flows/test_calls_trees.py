"""Any destinations that a tenant can save end every call, in bounded time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from steps import extension
from world import World

from unificx.core.errors import Invalid
from unificx.routing import (
    CallApp,
    Destination,
    DestinationDirectory,
    DestinationRef,
    Fork,
    GoTo,
    Plan,
    Reject,
    Rejection,
    RingTarget,
    Step,
)

NUMBERS = tuple(f"700{index}" for index in range(6))
ENOUGH_SECONDS = 1000.0
"""Of virtual time: each of six destinations rings for five seconds, and apps that do not answer are given up."""
OUTCOMES = ("missed", "busy", "declined", "unreachable", "failed")


@dataclass(frozen=True, slots=True)
class Node:
    """A destination: two phones ring, then it leads to others by the outcome, then to an app or to a rejection."""

    rings: tuple[str, ...]
    to: tuple[tuple[str, frozenset[str]], ...]
    last: CallApp | Reject | None

    def plan(self) -> Plan:
        targets = tuple(RingTarget(extension(number)) for number in self.rings)
        steps = [Step(Fork(targets, 5.0, 600.0))] if targets else []
        steps += [Step(GoTo(DestinationRef("app", number)), after) for number, after in self.to]  # type: ignore[arg-type]
        steps += [Step(self.last)] if self.last is not None else []
        return Plan(tuple(steps) or (Step(Reject(Rejection.UNREACHABLE)),))


class SavedNodes:
    """The destinations that are saved."""

    kind = "app"

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}

    def find(self, tenant_id: str, name: str) -> Destination | None:
        return self.nodes.get(name)

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        return self.nodes.get(dialled)

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        return {number: leads_to(node) for number, node in self.nodes.items()}


nodes = st.builds(
    Node,
    rings=st.lists(st.sampled_from(("1002", "1003")), max_size=2, unique=True).map(tuple),
    to=st.lists(
        st.tuples(st.sampled_from(NUMBERS), st.frozensets(st.sampled_from(OUTCOMES))),
        max_size=3,
        unique_by=lambda to: to[0],
    ).map(tuple),
    last=st.sampled_from((Reject(Rejection.BUSY), CallApp("voicemail"), None)),
)
changes = st.lists(st.tuples(st.sampled_from(NUMBERS), nodes), min_size=4, max_size=16)
"""Destinations in the order in which they are saved; a later one of the same number replaces the earlier one."""


def leads_to(node: Node) -> tuple[DestinationRef, ...]:
    return tuple(DestinationRef("app", number) for number, _ in node.to)


def save(order: list[tuple[str, Node]]) -> dict[str, Node]:
    saved = SavedNodes()
    saved.nodes = dict.fromkeys(NUMBERS, Node((), (), None))
    directory = DestinationDirectory([saved])
    for number, node in order:
        try:
            directory.check("t1", DestinationRef("app", number), leads_to(node))
        except Invalid:
            continue
        saved.nodes[number] = node
    return saved.nodes


@settings(max_examples=60)
@given(changes)
def test_every_call_ends_whatever_was_saved(order: list[tuple[str, Node]]) -> None:
    saved = save(order)
    for number in saved:
        asyncio.run(dial(number, saved))


async def dial(number: str, saved: dict[str, Node]) -> None:
    """Dial a destination. No phone answers, and no app."""
    phones = [World.phone("alice", "1001"), World.phone("bob", "1002"), World.phone("carol", "1003")]
    world = World(phones, numbers=saved)
    await world.settle()
    world.arrive(phones[0], phones[0].build("INVITE", number, "alice", []))
    await world.settle()
    await world.pass_time(ENOUGH_SECONDS)
    assert len(world.ended) == 1
    assert world.leftovers() == {}
