"""Dependencies of the call manager."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from unificx.calls.digit_tones import DigitTones
from unificx.calls.parking import Parking
from unificx.calls.ports import (
    AnswerKeyRequests,
    AppHost,
    CallObserver,
    CallRecordWriter,
    OutsideLines,
    PushWakeup,
)
from unificx.core.clock import Clock
from unificx.identity import DirectoryCache
from unificx.routing import Routing
from unificx.rtpengine.supervisor import RtpEngine
from unificx.sip.legs import DialogTable


@dataclass(frozen=True, slots=True)
class CallManagerDependencies:
    """Collaborators of the call manager."""

    legs: DialogTable
    media: RtpEngine
    call_records: CallRecordWriter
    routing: Routing
    directory: DirectoryCache
    clock: Clock
    push: PushWakeup
    app_host: AppHost
    observer: CallObserver
    parking: Parking
    outside: OutsideLines
    teammates: Callable[[str, str], Collection[str]]
    """Returns the members of the groups and queues of a tenant that an extension is a member of."""
    answer_keys: AnswerKeyRequests
    digit_tones: DigitTones
