"""Schemas of call recordings and recording settings."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.recording import MonitoringEvent, MonitoringMode, MonitoringState

Mode = Literal["off", "announce", "opt_in"]
When = Literal["never", "on_demand", "incoming", "outgoing", "always"]


class RecordedParty(Output):
    """A recorded party, with the time of the announcement and of the consent."""

    channel: int = Field(description="0 left, 1 right.")
    extension_id: str | None = Field(description="Null for an external party.")
    number: str | None = Field(description="Null for an erased person, and for users who were not in the call.")
    name: str | None
    erased: bool = Field(description="The personal data of this party was erased.")
    notice: str = Field(description="Digest of the announcement that was played.")
    told: datetime | None
    consented: datetime | None
    key: str = Field(description="The DTMF digit pressed to consent; empty if staying in the call was the consent.")
    hidden: datetime | None = Field(description="When this party archived the recording.")


class RecordingMark(Output):
    """An event during the recording."""

    kind: str = Field(description="paused, paused_for_card, paused_for_keys, paused_for_joining, resumed or gap.")
    at: float = Field(description="Seconds from the start of the recording.")
    moment: datetime


class Recording(Output):
    """A recorded call, or a part of one."""

    id: str
    call_id: str
    created: datetime
    seconds: float
    mode: str = Field(description="Consent mode: announce or opt_in.")
    begun: str = Field(description="automatic, or demand if a participant started it.")
    ended: str | None = Field(description="over, changed, stopped, cut_off, full or fault.")
    parties: list[RecordedParty]
    marks: list[RecordingMark]
    own: bool = Field(description="Whether the user was in the call.")
    listen: bool = Field(description="Whether the user may play it.")
    video: bool = Field(description="It has a video, which is ready shortly after the end.")
    waveform: list[int] = Field(
        default=[],
        description="Loudness over time, values from 0 to 100; only if the user may play it, not in lists.",
    )


class RecordingPlayback(Output):
    """One playback of a recording."""

    moment: datetime
    purpose: str
    who: str | None = Field(description="Null for an erased person.")


class RecordingSettings(Output):
    """Recording settings of a tenant."""

    mode: Mode = Field(
        description="off; announce: staying in the call after the announcement is consent; opt_in: pressing 1"
        " is consent."
    )
    beep_seconds: int = Field(description="Interval of the beep in seconds; 0: no beep.")
    pause_on_keys: bool = Field(description="Pause while DTMF digits are pressed: they may be a card number.")
    administrators_listen: bool = Field(
        description="Administrators may play recordings; they state a purpose, and each playback is logged."
    )
    restorable_days: int = Field(description="Days during which an archived recording can be restored.")
    monitoring: bool = Field(
        description="Administrators may listen to live calls; all parties are informed first, and each use is logged."
    )


class RecordingSettingsChange(Input):
    """Omitted or null fields stay unchanged."""

    mode: Mode | None = None
    beep_seconds: int | None = None
    pause_on_keys: bool | None = None
    administrators_listen: bool | None = None
    restorable_days: int | None = None
    monitoring: bool | None = None


class ExtensionRecording(Output):
    """Recording settings of an extension; effective only if recording is enabled for the tenant."""

    extension_id: str
    number: str
    when: When = Field(
        description="never; on_demand: if a participant starts it; incoming, outgoing: those calls"
        " automatically, others on demand; always."
    )
    mode: Literal["announce", "opt_in"] = Field(description="Applies if it is stricter than the tenant's mode.")
    monitoring: Literal["allowed", "refused"] = Field(
        description="refused: administrators may never listen to live calls of this extension."
    )


class ExtensionRecordingChange(Input):
    """Omitted or null fields stay unchanged."""

    when: When | None = None
    mode: Literal["announce", "opt_in"] | None = None
    monitoring: Literal["allowed", "refused"] | None = None


class CallRecording(Output):
    """Recording state of a live call."""

    call_id: str
    state: str = Field(description="none, announced (the announcement is being played), recording, paused or ended.")
    begun: str | None
    end: str | None = Field(description="Why it ended: stopped, refused, not_told, full or fault.")
    allowed: bool = Field(description="Whether a participant may start recording now.")
    directs: bool = Field(description="Whether the user may pause and stop the recording.")
    monitoring: MonitoringState | None = Field(
        description="announced while the parties are being informed that a supervisor listens, listen while one does."
    )


class MonitoringStart(Input):
    """How to take part in a call."""

    mode: MonitoringMode = Field(
        "listen",
        description="listen: hear both parties without speaking; whisper: then speak to one party, which the other one "
        "does not hear; join: then speak to both. To whisper and to join move the call to a conference.",
    )
    extension: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="Number or id of the extension to whisper to. Default: the callee's, else the caller's."
    )


class Monitoring(Output):
    """An entry of the log of monitored calls."""

    id: str
    at: datetime
    kind: MonitoringEvent = Field(
        description="listen: a supervisor began to listen; whisper: spoke to one party; join: joined the call; ended: "
        "no longer."
    )
    call_id: str
    extensions: list[str] = Field(description="Ids of the extensions in the call.")
    supervisor: str | None = Field(description="Null for an erased person.")


class CallRecordingChange(Input):
    """The requested recording state."""

    state: Literal["recording", "paused", "stopped"]
    for_card: bool = Field(False, description="Pause because a card number is given.")
