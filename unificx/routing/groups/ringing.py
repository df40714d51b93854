"""Ring groups as destinations: the plan of a group, and the memory of the step that rang last."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from unificx.identity import DirectoryCache, Extension
from unificx.routing.destinations import Destination
from unificx.routing.groups.schemas import RingGroup, Steps, is_outside
from unificx.routing.groups.service import GroupService
from unificx.routing.plans import (
    Fork,
    GoTo,
    OutsideMember,
    OutsideTarget,
    PathObject,
    Plan,
    Reject,
    Rejection,
    RingTarget,
    Step,
)
from unificx.routing.references import HANG_UP, DestinationRef

MAX_REMEMBERED = 10_000
"""Groups remembered at a time; a further one replaces the oldest."""
MAX_OUTSIDE_SECONDS = 14_400.0
"""Longest call of a step without extensions, whose limits it would have."""
OutsideTargets = Callable[[str, str, str], tuple[OutsideTarget, ...]]
"""Decides on the call of a tenant to a number outside, in the name of a group: the trunks to try, none if it is not
allowed."""


class RingMemory:
    """The member of each group that rang last, for the strategy `memory`."""

    def __init__(self) -> None:
        # Owner: this node: only a hint that spreads calls; a restart begins with the first member again.
        self._last: dict[str, str] = {}

    def record(self, fork: Fork) -> None:
        """Record that a step of a group rings."""
        last = fork.targets[-1] if fork.group_id and fork.targets else None
        if last is not None and not isinstance(last, OutsideTarget):
            self._last.pop(fork.group_id, None)
            self._last[fork.group_id] = last.number if isinstance(last, OutsideMember) else last.extension.id
            if len(self._last) > MAX_REMEMBERED:
                del self._last[next(iter(self._last))]

    def rotated(self, group_id: str, steps: Steps) -> Steps:
        """Return the steps, beginning after the one that rang last."""
        last = self._last.get(group_id)
        first = next((at + 1 for at, step in enumerate(steps) if last in step), 0)
        return steps[first:] + steps[:first]


class GroupKind:
    """`group:6000`. `random_bytes` gives the order of the strategy `random`; `outside` decides on calls to members that
    are numbers outside."""

    kind = "group"

    def __init__(
        self,
        groups: GroupService,
        directory: DirectoryCache,
        memory: RingMemory,
        random_bytes: Callable[[int], bytes],
        outside: OutsideTargets,
    ) -> None:
        self._groups = groups
        self._directory = directory
        self._memory = memory
        self._random_bytes = random_bytes
        self._outside = outside

    def find(self, tenant_id: str, name: str) -> Destination | None:
        group = self._groups.by_number(tenant_id, name)
        if group is None:
            return None
        return GroupCall(group, self._ordered(group), self._directory.extension_by_id, self._outside)

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        return self.find(tenant_id, dialled)

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        return {group.number: (group.otherwise,) for group in self._groups.of_tenant(tenant_id)}

    def _ordered(self, group: RingGroup) -> Steps:
        """Return the steps in the order of this call."""
        match group.strategy:
            case "all":
                return (tuple(one for step in group.steps for one in step),)
            case "in_turn":
                return group.steps
            case "random":
                keys = {step: self._random_bytes(4) for step in group.steps}
                return tuple(sorted(group.steps, key=keys.__getitem__))
            case "memory":
                return self._memory.rotated(group.id, group.steps)


@dataclass(frozen=True, slots=True)
class GroupCall:
    """A call to a group. `steps`: its steps in the order of this call; `extension` finds an extension by its id;
    `outside` decides on calls to numbers outside."""

    group: RingGroup
    steps: Steps
    extension: Callable[[str], Extension | None]
    outside: OutsideTargets

    def plan(self) -> Plan:
        """Ring the steps, skipping members that are busy, then continue with the group's other destination.

        A group that hangs up ends with the cause of its last step, so that the caller learns it.
        """
        found = [[one for member in step if (one := self._target(member)) is not None] for step in self.steps]
        steps = [Step(self._fork(targets)) for targets in found if targets]
        if self.group.otherwise != HANG_UP:
            steps.append(Step(GoTo(self.group.otherwise, calling_for=str(self.group.reference))))
        entered = PathObject("group", self.group.number, self.group.name)
        return Plan(tuple(steps) or (Step(Reject(Rejection.UNREACHABLE)),), path=(entered,))

    def _target(self, member: str) -> RingTarget | OutsideMember | None:
        if is_outside(member):
            name = str(self.group.reference)
            return OutsideMember(member, lambda: self.outside(self.group.tenant_id, member, name))
        extension = self.extension(member)
        return RingTarget(extension) if extension is not None else None

    def _fork(self, targets: Sequence[RingTarget | OutsideMember]) -> Fork:
        longest = [float(one.extension.max_call_seconds) for one in targets if isinstance(one, RingTarget)]
        return Fork(
            tuple(targets),
            float(self.group.ring_seconds),
            max(longest, default=MAX_OUTSIDE_SECONDS),
            decline_ends=False,
            skip_busy=True,
            name_prefix=self.group.name_prefix,
            group_id=self.group.id,
        )
