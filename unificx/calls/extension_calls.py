"""The calls of each extension as others in the tenant may see them, for the keys of their phones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from unificx.calls.call import Call
from unificx.calls.machine.identity import WITHHELD, AssertedIdentity
from unificx.calls.machine.states import CALLER, Answering, MovingToApp, SettingUp, Talking, Transferring
from unificx.identity import DirectoryCache
from unificx.sip.legs import OutgoingLeg


@dataclass(frozen=True, slots=True)
class ExtensionCall:
    """A call of an extension. `remote`: number and name of the other party; None if it is not shown, ("", "") if that
    party withholds its identity. `dialog`: Call-ID, tag of the ringing phone and our tag, for INVITE with Replaces."""

    state: Literal["trying", "early", "confirmed"]
    direction: Literal["initiator", "recipient"]
    remote: tuple[str, str] | None = field(default=None, repr=False)
    dialog: tuple[str, str, str] = ("", "", "")


class ExtensionCalls:
    """View of the live calls, `calls` by their id."""

    def __init__(self, calls: Mapping[str, Call], directory: DirectoryCache) -> None:
        self._calls = calls
        self._directory = directory

    def ids(self) -> list[str]:
        """Return the ids of all live calls."""
        return list(self._calls)

    def of_call(self, call_id: str) -> dict[str, ExtensionCall]:
        """Return the extensions that take part in a call or ring for it, by id; none once it has ended.

        Outside parties are shown only while they ring, so that others may decide whether to pick up; what an extension
        has dialled outside is never shown.
        """
        call = self._calls.get(call_id)
        if call is None:
            return {}
        match call.state:
            case Talking(callee) | Answering(callee=callee):
                found = self._connected(call, (CALLER, callee))
            case SettingUp() as setup:
                found = {**self._calling(call, setup), **_ringing(call, setup)}
            case Transferring(setup=setup, transferor=transferor):
                found = {**self._connected(call, (CALLER, transferor)), **_ringing(call, setup)}
            case _:
                found = {}
        found.pop("", None)
        return found

    def _calling(self, call: Call, setup: SettingUp) -> dict[str, ExtensionCall]:
        if call.is_app(CALLER):
            return {}
        state = "trying" if setup.last_provisional == 100 else "early"
        return {call.participant(CALLER).extension_id: ExtensionCall(state, "initiator", self._callee(call))}

    def _connected(self, call: Call, names: tuple[str, ...]) -> dict[str, ExtensionCall]:
        """Return the extensions of these participants, which are connected."""
        found: dict[str, ExtensionCall] = {}
        for name in names:
            one = call.participant(name)
            shown = _parts(one.shown) if one.shown is not None else self._callee(call) if name == CALLER else None
            inside = shown is not None and (not shown[0] or self._is_inside(call, shown[0]))
            direction = "initiator" if name == CALLER else "recipient"
            found[one.extension_id] = ExtensionCall("confirmed", direction, shown if inside else None)
        return found

    def _callee(self, call: Call) -> tuple[str, str] | None:
        callee = call.callee
        if callee is None:
            return None
        hidden = call.withholds_identity(callee.id)
        return ("", "") if hidden else (callee.number, self._directory.display_name(callee))

    def _is_inside(self, call: Call, number: str) -> bool:
        return self._directory.extension(call.caller.tenant_id, number) is not None


def ringing_extensions(call: Call) -> frozenset[str]:
    """Return the extensions whose phones ring for a call."""
    setup = call.setup_state()
    return frozenset(_ringing(call, setup)) - {""} if setup is not None else frozenset()


def pickup_extensions(call: Call) -> frozenset[str]:
    """Return the extensions at which a call may be picked up: they ring, and its caller can be connected."""
    state = call.state
    held = isinstance(state, Transferring) and not isinstance(state.talking.exchange, MovingToApp)
    if call.is_app(CALLER) or not (held or isinstance(state, SettingUp)):
        return frozenset()
    return ringing_extensions(call)


def _ringing(call: Call, setup: SettingUp) -> dict[str, ExtensionCall]:
    """Return the extensions whose phones ring or are dialled."""
    found: dict[str, ExtensionCall] = {}
    for branch in setup.branches:
        one = call.participant(branch.name)
        if not branch.live or one.app is not None:
            continue
        before = found.get(one.extension_id)
        if before is None or before.state == "trying":
            state = "early" if branch.stage == "ringing" else "trying"
            shown = _parts(one.shown) if one.shown is not None else None
            found[one.extension_id] = ExtensionCall(state, "recipient", shown, _early_dialog(one.leg))
    if setup.pushed:
        for extension_id, shown in _pushed(call):
            found.setdefault(extension_id, ExtensionCall("early", "recipient", shown))
    return found


def _pushed(call: Call) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the extensions that are rung, with the caller they are shown."""
    course = call.transfer_course or call.course
    caller, fork = course.displayed_caller or call.caller, course.fork
    hidden = call.is_withheld(caller)
    for each in fork.ring_targets if fork is not None else ():
        yield each.extension.id, ("", "") if hidden else (caller.number, caller.name)


def _parts(identity: AssertedIdentity) -> tuple[str, str]:
    return ("", "") if identity is WITHHELD else (identity.number, identity.name)


def _early_dialog(leg: object) -> tuple[str, str, str]:
    early = leg.early_dialog if isinstance(leg, OutgoingLeg) else None
    return (early.call_id, early.remote_tag, early.local_tag) if early is not None else ("", "", "")
