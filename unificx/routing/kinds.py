"""Kinds of destinations, and the directory of all of them.

A kind belongs to the area that stores its destinations. It answers from memory, because calls ask it. The composition
root registers every kind in one `DestinationDirectory`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Invalid
from unificx.core.phrases import Phrase, first_of
from unificx.db import Database, UnitOfWork, lock_scope
from unificx.identity import DirectoryCache, Extension
from unificx.presence import Availability
from unificx.privacy import KeyStore
from unificx.routing.destinations import VOICEMAIL_APP, Destination, RingExtension
from unificx.routing.plans import CallApp, Reject, Rejection
from unificx.routing.references import DestinationRef

MAX_CHAIN = 16
"""Maximum number of destinations that lead to one another: a longer chain is refused when it is saved."""
Graph = Mapping[DestinationRef, tuple[DestinationRef, ...]]


class DestinationKind(Protocol):
    """All destinations of one kind."""

    kind: str
    """The text before the colon of a reference."""

    def find(self, tenant_id: str, name: str) -> Destination | None:
        """Return the destination with this name."""
        ...

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        """Return the destination of a dialled number or feature code, such as *43; None for a kind without numbers."""
        ...

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        """Return where the destinations of a tenant lead by themselves, by name, to find loops and use."""
        ...


class DestinationDirectory:
    """All destinations of all tenants."""

    def __init__(self, kinds: Iterable[DestinationKind] = ()) -> None:
        # Owner: this node: filled once at the start, equal on all nodes.
        self._kinds: dict[str, DestinationKind] = {}
        for each in kinds:
            self.add(each)

    def add(self, kind: DestinationKind) -> None:
        """Register a kind. A number is looked up in the order of registration."""
        self._kinds[kind.kind] = kind

    def resolve(self, tenant_id: str, ref: DestinationRef) -> Destination | None:
        """Return a destination, None if it does not exist."""
        kind = self._kinds.get(ref.kind)
        return kind.find(tenant_id, ref.name) if kind is not None else None

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        """Return the destination of a dialled number or feature code of the tenant."""
        for kind in self._kinds.values():
            found = kind.at_number(tenant_id, dialled)
            if found is not None:
                return found
        return None

    def reference_at(self, tenant_id: str, dialled: str) -> DestinationRef | None:
        """Return the reference to the destination of a dialled number of the tenant."""
        kinds = (each.kind for each in self._kinds.values() if each.at_number(tenant_id, dialled) is not None)
        return next((DestinationRef(kind, dialled) for kind in kinds), None)

    async def lock(self, uow: UnitOfWork, tenant_id: str) -> None:
        """Keep other transactions from changing destinations of a tenant until the commit. Call it before `check` and
        `require_unused`: two changes that are checked at the same time could form a loop together."""
        await lock_scope(uow.session, "destinations", tenant_id)

    def check(
        self, tenant_id: str, owner: DestinationRef | None, to: Iterable[DestinationRef], field: str = "destination"
    ) -> None:
        """Check where a destination `owner` is to lead, before it is saved.

        Raises Invalid that names a missing destination, the whole path of a loop, or a chain that is too long. `owner`
        is None for what is not a destination itself.
        """
        targets = tuple(to)
        for ref in targets:
            self._require_existing(tenant_id, ref, field)
        graph = self.graph(tenant_id)
        if owner is not None:
            graph[owner] = tuple(each.target for each in targets)
            loop = _path(graph, owner)
            if loop:
                text = Phrase("The destinations form a loop: {}.", " → ".join(map(str, loop)))
                raise Invalid(text, hint="Choose another destination.", field=field)
        before = _longest(_reversed(graph), owner) if owner is not None else []
        after = max((_longest(graph, ref.target) for ref in targets), key=len, default=[])
        if len(before) + len(after) > MAX_CHAIN:
            chain = " → ".join(map(str, [*reversed(before), *after]))
            raise Invalid(Phrase("More than {} destinations lead to one another: {}.", MAX_CHAIN, chain), field=field)

    def used_by(self, tenant_id: str, ref: DestinationRef) -> list[DestinationRef]:
        """Return the destinations that lead to this one by themselves."""
        return [owner for owner, targets in self.graph(tenant_id).items() if ref in targets]

    def require_unused(self, tenant_id: str, *refs: DestinationRef) -> None:
        """Check that destinations may be deleted together. Raises Conflict that names what leads to one of them."""
        for ref in refs:
            users = [each for each in self.used_by(tenant_id, ref) if each not in refs]
            if users:
                raise Conflict(
                    Phrase("{} is used by {}.", ref, first_of(users)), hint="Change their destinations first."
                )

    def users(self, tenant_id: str) -> Graph:
        """Return what leads by itself to each destination that is used."""
        return _reversed(self.graph(tenant_id))

    def _require_existing(self, tenant_id: str, ref: DestinationRef, field: str) -> None:
        if ref.kind not in self._kinds:
            kinds = ", ".join(sorted(self._kinds))
            raise Invalid(
                Phrase("There is no kind of destination {}.", ref.kind),
                field=field,
                hint=Phrase("Use one of: {}.", kinds),
            )
        if self.resolve(tenant_id, ref) is None:
            raise Invalid(Phrase("The destination {} does not exist.", ref), field=field, hint="Create it first.")

    def graph(self, tenant_id: str) -> dict[DestinationRef, tuple[DestinationRef, ...]]:
        """Return where each destination of a tenant leads, without priorities."""
        return {
            DestinationRef(kind.kind, name): tuple(each.target for each in targets)
            for kind in self._kinds.values()
            for name, targets in kind.leads_to(tenant_id).items()
        }


@dataclass(frozen=True, slots=True)
class DestinationServiceDependencies:
    """Collaborators of the services that store destinations."""

    database: Database
    keys: KeyStore
    directory: DirectoryCache
    destinations: DestinationDirectory
    clock: Clock


def _path(graph: Graph, owner: DestinationRef) -> list[DestinationRef]:
    """Return a path from a destination back to itself, empty without one."""
    came_from: dict[DestinationRef, DestinationRef] = {}
    pending = [owner]
    while pending:
        ref = pending.pop()
        for following in graph.get(ref, ()):
            if following == owner:
                path = [owner, ref]
                while path[-1] != owner:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if following not in came_from:
                came_from[following] = ref
                pending.append(following)
    return []


def chain_length(graph: Graph, ref: DestinationRef) -> int:
    """Return how many destinations lead to one another from `ref` on, itself included."""
    return len(_longest(graph, ref.target))


def _longest(graph: Graph, ref: DestinationRef) -> list[DestinationRef]:
    """Return the longest chain that begins with a destination, in a graph without loops."""
    found: dict[DestinationRef, list[DestinationRef]] = {}
    pending = [ref]
    while pending:
        current = pending[-1]
        missing = [each for each in graph.get(current, ()) if each not in found]
        if missing and len(pending) <= MAX_CHAIN:
            pending.append(missing[0])
            continue
        pending.pop()
        following = max((found.get(each, []) for each in graph.get(current, ())), key=len, default=[])
        found[current] = [current, *following]
    return found[ref]


def _reversed(graph: Graph) -> Graph:
    back: dict[DestinationRef, tuple[DestinationRef, ...]] = {}
    for owner, targets in graph.items():
        for ref in targets:
            back[ref] = (*back.get(ref, ()), owner)
    return back


class ExtensionKind:
    """`extension:1001`: the extensions of the directory. `accepts_messages`: whether unanswered calls of an extension
    go to voicemail. `availability` knows where their calls are forwarded."""

    kind = "extension"

    def __init__(
        self,
        directory: DirectoryCache,
        accepts_messages: Callable[[Extension], bool] = lambda extension: False,
        availability: Availability | None = None,
    ) -> None:
        self._directory = directory
        self._accepts_messages = accepts_messages
        self._availability = availability or Availability()

    def find(self, tenant_id: str, name: str) -> Destination | None:
        extension = self._directory.extension(tenant_id, name)
        if extension is None:
            return None
        if self._directory.is_suspended(tenant_id, extension.id):
            # No forwarding and no message either: the person would not learn of it.
            return Reject(Rejection.UNREACHABLE)
        voicemail = CallApp(VOICEMAIL_APP) if self._accepts_messages(extension) else None
        return RingExtension(extension, fallback=voicemail)

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        return self.find(tenant_id, dialled)

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        found: dict[str, tuple[DestinationRef, ...]] = {}
        for presence in self._availability.of_tenant(tenant_id):
            extension = self._directory.extension_by_id(presence.extension_id)
            if extension is not None:
                destinations = self._availability.destinations(extension.id)
                found[extension.number] = tuple(DestinationRef.parse(each) for each in destinations)
        return found


class HangupKind:
    """`hangup` and `hangup:busy`: the end of a call."""

    kind = "hangup"

    def find(self, tenant_id: str, name: str) -> Destination | None:
        del tenant_id
        return {"": Reject(Rejection.DECLINED), "busy": Reject(Rejection.BUSY)}.get(name)

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        del tenant_id, dialled
        return None

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        del tenant_id
        return {}
