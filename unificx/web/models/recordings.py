"""Recorded calls, and how calls are recorded."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from unificx.web.models.core import Input, Output

Mode = Literal["off", "announce", "opt_in"]
When = Literal["never", "on_demand", "incoming", "outgoing", "always"]


class RecordedParty(Output):
    """Somebody whose voice is in a recording, and that he was told before its first word."""

    channel: int = Field(description="0 left, 1 right.")
    extension_id: str | None = Field(description="Null for somebody from outside.")
    number: str | None = Field(description="Null for an erased person, and for those who were not in the call.")
    name: str | None
    erased: bool = Field(description="An erased person.")
    notice: str = Field(description="The digest of the notice that was played.")
    told: datetime | None
    consented: datetime | None
    key: str = Field(description="The key that was pressed to agree; empty where staying was consent.")
    hidden: datetime | None = Field(description="When this party put it away.")


class RecordingMark(Output):
    """Something that happened while it was recorded."""

    kind: str = Field(description="paused, paused_for_card, paused_for_keys, paused_for_joining, resumed or gap.")
    at: float = Field(description="Seconds from its beginning.")
    moment: datetime


class Recording(Output):
    """A recorded call, or a part of one."""

    id: str
    call_id: str
    created: datetime
    seconds: float
    mode: str = Field(description="How consent was asked for: announce or opt_in.")
    begun: str = Field(description="automatic, or demand if somebody in the call asked for it.")
    ended: str | None = Field(description="over, changed, stopped, cut_off, full or fault.")
    parties: list[RecordedParty]
    marks: list[RecordingMark]
    own: bool = Field(description="Whether the asker was in the call.")
    listen: bool = Field(description="Whether the asker may listen to it.")
    waveform: list[int] = Field(
        default=[],
        description="How loud it is from its beginning to its end, from 0 to 100, for who may listen; not in lists.",
    )


class Listened(Output):
    """That somebody listened to a recording."""

    moment: datetime
    purpose: str
    who: str | None = Field(description="Null for an erased person.")


class RecordingSettings(Output):
    """How an organisation records calls."""

    mode: Mode = Field(description="off; announce: who was told and stays has agreed; opt_in: whoever presses 1 has.")
    beep_seconds: int = Field(description="How often a beep is heard; 0 for none.")
    pause_on_keys: bool = Field(description="Keys that are pressed pause it: they may be a card's number.")
    administrators_listen: bool = Field(description="Administrators may listen, say what for, and are noted.")
    restorable_days: int = Field(description="How long what was put away can be brought back.")


class RecordingSettingsChange(Input):
    """What is left out or null stays as it is."""

    mode: Mode | None = None
    beep_seconds: int | None = None
    pause_on_keys: bool | None = None
    administrators_listen: bool | None = None
    restorable_days: int | None = None


class ExtensionRecording(Output):
    """How an extension's calls are recorded, where the organisation records at all."""

    extension_id: str
    number: str
    when: When = Field(
        description="never; on_demand: if somebody in the call asks; incoming, outgoing: those by themselves, others if"
        " somebody asks; always."
    )
    mode: Literal["announce", "opt_in"] = Field(description="Counts where it is stricter than the organisation's.")


class ExtensionRecordingChange(Input):
    """What is left out or null stays as it is."""

    when: When | None = None
    mode: Literal["announce", "opt_in"] | None = None


class CallRecording(Output):
    """How it stands with the recording of a live call."""

    call_id: str
    state: str = Field(description="none, announced (everybody is being told), recording, paused or ended.")
    begun: str | None
    end: str | None = Field(description="Why it ended: stopped, refused, not_told, full or fault.")
    allowed: bool = Field(description="Whether somebody in the call may begin it now.")
    directs: bool = Field(description="Whether whoever asks may pause it.")


class CallRecordingChange(Input):
    """What it is to be."""

    state: Literal["recording", "paused", "stopped"]
    for_card: bool = Field(False, description="Paused, because a card's number is named.")
