"""In-memory presence of all extensions, for call set-up: loaded at startup and updated after each commit."""

from collections.abc import Callable, Iterable
from datetime import datetime

from unificx.presence.profiles import destinations_of, rules_in_force
from unificx.presence.schemas import NO_RULES, ForwardingRules, Presence, PresenceState, ShownState


class Availability:
    """Look-ups by extension. `is_in_call` returns whether an extension takes part in a live call."""

    def __init__(self, is_in_call: Callable[[str], bool] = lambda extension_id: False) -> None:
        self.is_in_call = is_in_call
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._presences: dict[str, Presence] = {}
        self.in_force: dict[str, ForwardingRules] = {}
        """Rules of the extensions whose calls do not simply ring; read directly by `routing`, for each call."""

    def rules(self, extension_id: str) -> ForwardingRules:
        """Return the rules for calls to an extension, those of its present state."""
        return self.in_force.get(extension_id, NO_RULES)

    def accepts_group_calls(self, extension_id: str) -> bool:
        """Return whether an extension rings for a call to a group: not while it is not to be disturbed, nor during a
        call without call waiting."""
        rules = self.rules(extension_id)
        return not rules.do_not_disturb and (rules.call_waiting or not self.is_in_call(extension_id))

    def presence(self, extension_id: str) -> Presence | None:
        """Return the presence of an extension, None if it never set one."""
        return self._presences.get(extension_id)

    def state(self, extension_id: str) -> PresenceState:
        """Return the state that the user of an extension has set."""
        presence = self._presences.get(extension_id)
        return presence.state if presence is not None else "available"

    def shown_state(self, extension_id: str, *, in_call: bool) -> ShownState:
        """Return the state that colleagues see: a live call is shown unless the extension is not to be disturbed.
        `in_call` is looked up by the caller, once for all extensions of a list."""
        state = self.state(extension_id)
        return "in_call" if state != "do_not_disturb" and in_call else state

    def destinations(self, extension_id: str) -> tuple[str, ...]:
        """Return where calls to an extension are forwarded in any of its states, as `kind:name`."""
        presence = self._presences.get(extension_id)
        return destinations_of(presence) if presence is not None else ()

    def next_end(self) -> datetime | None:
        """Return when the next state ends, None if none does."""
        return min((each.until for each in self._presences.values() if each.until is not None), default=None)

    def ended(self, now: datetime) -> list[Presence]:
        """Return the presences whose state has reached its end."""
        return [each for each in self._presences.values() if each.until is not None and each.until <= now]

    def of_tenant(self, tenant_id: str) -> list[Presence]:
        return [each for each in self._presences.values() if each.tenant_id == tenant_id]

    # updates, called by this package only

    def put(self, presence: Presence) -> None:
        self._presences[presence.extension_id] = presence
        rules = rules_in_force(presence)
        if rules is NO_RULES:
            self.in_force.pop(presence.extension_id, None)
        else:
            self.in_force[presence.extension_id] = rules

    def drop(self, extension_ids: Iterable[str]) -> None:
        for extension_id in extension_ids:
            self._presences.pop(extension_id, None)
            self.in_force.pop(extension_id, None)

    def drop_subject(self, subject: str) -> None:
        """Drop the presence of an erased subject before its rows are deleted."""
        self.drop([each.extension_id for each in self._presences.values() if each.subject == subject])
