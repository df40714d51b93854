"""Drives the call state machine by scripts, and checks its invariants."""

from collections import Counter
from zlib import crc32

from unificx.calls.machine import actions as machine_actions
from unificx.calls.machine import events as machine_events
from unificx.calls.machine import state_machine
from unificx.calls.machine.actions import Action
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.events import Event
from unificx.calls.machine.fork_targets import ForkTargets, LaterStep, Limits, PushTargets
from unificx.calls.machine.states import CALLER, Branch, Ended, SettingUp, State

NO_PUSH = PushTargets()
LIMITS = Limits(30.0, 600.0)
NO_TARGETS = ForkTargets((), LIMITS)
LATER = (LaterStep(1),)
LEGS = (CALLER, "b1", "b2", "app", "b3", "b4", "w1")


class Script:
    """A call with the phones b1 and b2, all its actions, and its clock. `fallback` is the leg of an app that is the next
    step of the plan; `by_app`: an app is the caller and has not made its offer yet. `decline_ends`: a 6xx ends the
    step; `waits`: the next step does not start by itself."""

    def __init__(
        self,
        names: tuple[str, ...] = ("b1", "b2"),
        offer: bytes = b"offer",
        srtp: tuple[str, ...] = (),
        push_targets: PushTargets = NO_PUSH,
        fallback: str = "",
        *,
        by_app: bool = False,
        decline_ends: bool = True,
        waits: bool = False,
    ) -> None:
        self._next_targets = ForkTargets((fallback or "app",), LIMITS)
        self._waits = waits
        self.now = 1000.0
        self.done: list[Action] = []
        self.state: State
        later = LATER if fallback else ()
        targets = ForkTargets(
            names,
            LIMITS,
            frozenset(srtp),
            push_targets,
            decline_ends=decline_ends,
            later=later,
            extension_by_leg={name: "x" for name in names if name != "b2"},
        )
        self.state, actions = (
            state_machine.originate_by_app(targets, self.now)
            if by_app
            else state_machine.begin(offer, targets, self.now)
        )
        self.last = [*actions, *self._start_step(actions)]
        self.done += self.last

    def process(self, *events: Event) -> list[Action]:
        """Process events and return the resulting actions."""
        self.last = []
        for event in events:
            self.state, actions = state_machine.step(self.state, event, self.now)
            self.last += [*actions, *self._start_step(actions)]
        self.done += self.last
        return self.last

    def _start_step(self, actions: list[Action]) -> list[Action]:
        """Start the step that these actions request."""
        if self._waits or not any(isinstance(each, machine_actions.StartStep) for each in actions):
            return []
        self.state, more = state_machine.step(self.state, machine_events.StepStarted(self._next_targets), self.now)
        return more

    def advance(self, seconds: float) -> list[Action]:
        """Advance the clock and process the deadline."""
        self.now += seconds
        return self.process(machine_events.DeadlineReached())

    def phones_vanish(self) -> None:
        """All phones are gone: legs report timeouts, and all deadlines pass."""
        for name in LEGS:
            self.process(machine_events.LegLost(name), machine_events.CalleeRejected(name, 408))
        for _ in range(6):
            at = state_machine.deadline(self.state)
            if at is not None:
                self.now = max(self.now, at)
                self.process(machine_events.DeadlineReached())

    def check(self) -> None:
        """Check the invariants of an ended script."""
        assert isinstance(self.state, Ended), self.state
        kinds = Counter(type(action) for action in self.done)
        assert kinds[machine_actions.WriteRecord] == 1
        assert kinds[machine_actions.SetAnswered] + kinds[machine_actions.Reject] <= 1
        assert kinds[machine_actions.SetAnswered] == sum(
            isinstance(each, machine_actions.Accept) and each.leg == CALLER for each in self.done
        )
        assert kinds[machine_actions.StartStep] <= 1
        self._check_record_first()
        self._check_push_is_cancelled()

    def _check_push_is_cancelled(self) -> None:
        """Every pushed device is notified of the end once, except the one that answered."""
        pushed = [
            device for action in self.done if isinstance(action, machine_actions.SendPush) for device in action.devices
        ]
        cancelled = [
            device
            for action in self.done
            if isinstance(action, machine_actions.CancelPush)
            for device in action.devices
        ]
        assert len(pushed) == len(set(pushed))
        assert len(cancelled) == len(set(cancelled))
        assert set(cancelled) <= set(pushed)
        assert len(set(pushed) - set(cancelled)) <= 1

    def _check_record_first(self) -> None:
        """The responses that acknowledge the end follow the call record."""
        record = next(at for at, action in enumerate(self.done) if isinstance(action, machine_actions.WriteRecord))
        for at, action in enumerate(self.done):
            if isinstance(action, (machine_actions.Reject, machine_actions.Close)):
                assert at > record


def talking(names: tuple[str, ...] = ("b1",)) -> Script:
    """A script with an established call of the caller and b1, with the SDP "offer" and "answer"."""
    script = Script(names)
    script.process(*(machine_events.MediaOffered(f"offer:{name}", b"relayed offer") for name in names))
    script.process(
        machine_events.CalleeAnswered("b1", b"answer"), machine_events.MediaAnswered("answer", b"relayed answer")
    )
    script.done.clear()
    return script


def ringing() -> SettingUp:
    """The set-up state of another call whose phones ring."""
    return SettingUp(LIMITS, b"another offer", (Branch("b3", "ringing"),), 1030.0, last_provisional=180)


def every_event() -> list[Event]:
    """Events of every kind, for all legs and tickets."""
    tickets = (
        "offer:b1",
        "offer:b2",
        "offer:app",
        f"early:b1:{crc32(b'early'):08x}",
        "answer",
        "redo:1",
        "again:1",
        "acknowledged",
        "exchange:1",
        "exchange:2",
        "exchange:3",
        "offer:b3",
        "offer:b4",
    )
    events: list[Event] = [
        machine_events.CallerCancelled(),
        machine_events.MediaReleased(),
        machine_events.RelayRestarted(),
        machine_events.DeadlineReached(),
    ]
    events += [machine_events.Declined(), machine_events.Declined("d")]
    events += [machine_events.StepStarted(ForkTargets(("app",), LIMITS)), machine_events.StepStarted(NO_TARGETS)]
    events += [machine_events.PickedUp(ForkTargets(("app",), LIMITS)), machine_events.PickedUp(None)]
    devices = {"d": (), "caller": ("a",), "one": ("b1",), "two": ("b2", "b4"), "three": ("b3",)}
    events += [machine_events.DeviceRemoved(device, frozenset(legs)) for device, legs in devices.items()]
    events.append(machine_events.MediaSilent(("a", "b1")))
    events += [machine_events.EndRequested(Cause.ENDED_BY_ADMINISTRATOR)]
    for ticket in tickets:
        events += [machine_events.MediaOffered(ticket, b"relayed"), machine_events.MediaAnswered(ticket, b"relayed")]
        events += [machine_events.MediaFailed(ticket, theirs) for theirs in (True, False)]
    transfer_targets = ForkTargets(
        ("b3",), LIMITS, frozenset(("b3",)), PushTargets(frozenset("f"), {"b3": "g"}, {"f": "x", "g": "x"}), later=LATER
    )
    return_targets = ForkTargets(("b4",), LIMITS)
    for leg in (CALLER, "b1", "b2"):
        events += [
            machine_events.TransferRequested(leg, transfer_targets, "w1", return_targets),
            machine_events.TransferRequested(leg, return_targets, ""),
            machine_events.TransferRequested(leg, return_targets, "", keep_with_app=True),
        ]
        events += [
            machine_events.TransferRequested(leg, NO_TARGETS, "w1", return_targets),
            machine_events.TransferRequested(leg, ringing(), "w1"),
        ]
        events += [
            machine_events.JoinRequested(leg, "b3", b"theirs"),
            machine_events.MoveToAppRequested(leg, "w1"),
            machine_events.TakeOverRequested(leg, "b4", b"offer"),
        ]
    events += [
        machine_events.DeviceReachable("b2", "d", False),
        machine_events.DeviceReachable("b3", "d", True, "b1", "x"),
        machine_events.DeviceReachable("b4", "e", False, extension="y"),
    ]
    events.append(machine_events.TransferWithdrawn())
    for leg in LEGS:
        events += [machine_events.HungUp(leg), machine_events.LegLost(leg), machine_events.ReofferRequested(leg)]
        for sdp in (b"", b"a description"):
            events += [
                machine_events.AckReceived(leg, sdp),
                machine_events.OfferReceived(leg, sdp),
                machine_events.OfferAnswered(leg, sdp),
            ]
        events += [machine_events.OfferRejected(leg, status) for status in (488, 491, 401)]
    for leg in LEGS:
        events += [machine_events.CalleeAnswered(leg, sdp) for sdp in (b"", b"a description")]
        events += [machine_events.CalleeRejected(leg, status) for status in (404, 480, 486, 488, 500, 603, 606)]
        events += [
            machine_events.CalleeProgressed(leg, *response)
            for response in ((180, b""), (183, b""), (183, b"early"), (182, b""))
        ]
    return events


__all__ = ["LEGS", "LIMITS", "Script", "every_event", "ringing", "talking"]
