"""Who talks with whom, told to whoever overhears it: looked at after each step of a call, told when it has changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from unificx.calls.contracts import Talk, TalkLeg
from unificx.calls.ports import Overhears
from unificx.calls.rules.descriptions import hears
from unificx.calls.rules.states import Ending, Over, Rebuild, Renewal, Talking
from unificx.calls.rules.words import CALLER
from unificx.calls.run import Run


class Several:
    """Fills `Overhears` for several who are told the same, one after the other."""

    def __init__(self, *those: Overhears) -> None:
        self._those: Sequence[Overhears] = those

    def talks(self, talk: Talk) -> None:
        for each in self._those:
            each.talks(talk)

    def apart(self, call_id: str) -> None:
        for each in self._those:
            each.apart(call_id)

    def pressed(self, call_id: str, tag: str, key: str) -> None:
        for each in self._those:
            each.pressed(call_id, tag, key)

    def over(self, call_id: str) -> bool:
        kept = [each.over(call_id) for each in self._those]
        return any(kept)


@dataclass(slots=True)
class Overhearing:
    """Tells the port, and remembers what it told last of each call."""

    port: Overhears
    _told: dict[str, Talk | None] = field(default_factory=dict[str, Talk | None])
    _made: dict[str, int] = field(default_factory=dict[str, int])

    def __len__(self) -> int:
        return len(self._told) + len(self._made)

    def look(self, run: Run) -> None:
        """See whether what was told last still holds."""
        state = run.state
        if isinstance(state, Talking) and not run.apps.keys() & {CALLER, state.callee}:
            if not isinstance(state.exchange, Rebuild | Renewal):
                self._tell(run, state)
        elif self._told.get(run.id) is not None and not isinstance(state, Ending | Over):
            self._told[run.id] = None
            self.port.apart(run.id)

    def media_lost(self, run: Run) -> None:
        """The media of a call have to be made anew: it is told once they are."""
        if run.id in self._told:
            self._made[run.id] = self._made.get(run.id, 0) + 1

    def pressed(self, run: Run, tag: str, key: str) -> None:
        """A leg has pressed a key."""
        if self._told.get(run.id) is not None:
            self.port.pressed(run.id, tag, key)

    def over(self, run: Run) -> bool:
        """The call is over. Whether anything of it was recorded."""
        self._made.pop(run.id, None)
        if run.id not in self._told:
            return False
        del self._told[run.id]
        return self.port.over(run.id)

    def _tell(self, run: Run, state: Talking) -> None:
        talk = Talk(
            call_id=run.id,
            tenant_id=run.caller.tenant_id,
            anchor=run.anchor(state.callee),
            caller=_leg(run, CALLER, state.caller_sdp),
            callee=_leg(run, state.callee, state.callee_sdp),
            made=self._made.get(run.id, 0),
            adopted=run.adopted,
        )
        if self._told.get(run.id) != talk:
            self._told[run.id] = talk
            self.port.talks(talk)


def _leg(run: Run, name: str, sdp: bytes) -> TalkLeg:
    extension_id, device_id = run.device(name)
    who = run.caller if name == CALLER else run.callee
    told = not run.withholds(extension_id)
    return TalkLeg(
        tag=run.legs[name].id,
        extension_id=extension_id,
        device_id=device_id,
        subject=who.subject if who is not None else None,
        number=(who.number if who is not None else run.dialled) if told else "",
        name=who.name if who is not None and told else "",
        sdp=sdp,
        holds=not hears(sdp),
        calls=run.began_with(name),
    )
