"""Calls: call control from the INVITE to the last BYE."""

from unificx.calls.call_control import CallControl
from unificx.calls.completion import CallCompletions, Completion
from unificx.calls.credited_calls import CreditedCalls
from unificx.calls.dependencies import CallManagerDependencies
from unificx.calls.digit_tones import DigitTones
from unificx.calls.extension_calls import ExtensionCall, ExtensionCalls
from unificx.calls.inbound import CarrierCall, InboundCall
from unificx.calls.journal import Journal
from unificx.calls.machine.identity import AssertedIdentity
from unificx.calls.manager import CallManager
from unificx.calls.media_watchdog import MediaWatchdog
from unificx.calls.music_on_hold import MusicOnHold
from unificx.calls.observers import CompositeObserver
from unificx.calls.outside import outside_legs
from unificx.calls.parking import Parking
from unificx.calls.ports import AppEvent, OutsideLines
from unificx.calls.recording_status import CallRecordingStatus
from unificx.calls.repository import LIVE_CALL_KEYS
from unificx.calls.schemas import (
    FLIP,
    PARK,
    PARK_ANNOUNCEMENT,
    PICKED_UP,
    PICKUP,
    QUEUE_APP,
    RETRIEVE,
    AppCallContext,
    CallSettings,
    ConnectRequest,
    ConnectWithdrawn,
    Conversation,
    ConversationLeg,
    CreditedLeg,
    CreditReply,
    LiveCall,
    Origination,
    ParkedCall,
)
from unificx.calls.spooled_journal import SpooledCallJournal
from unificx.calls.suspended_calls import ended_by_suspension

__all__ = [
    "FLIP",
    "LIVE_CALL_KEYS",
    "PARK",
    "PARK_ANNOUNCEMENT",
    "PICKED_UP",
    "PICKUP",
    "QUEUE_APP",
    "RETRIEVE",
    "AppCallContext",
    "AppEvent",
    "AssertedIdentity",
    "CallCompletions",
    "CallControl",
    "CallManager",
    "CallManagerDependencies",
    "CallRecordingStatus",
    "CallSettings",
    "CarrierCall",
    "Completion",
    "CompositeObserver",
    "ConnectRequest",
    "ConnectWithdrawn",
    "Conversation",
    "ConversationLeg",
    "CreditReply",
    "CreditedCalls",
    "CreditedLeg",
    "DigitTones",
    "ExtensionCall",
    "ExtensionCalls",
    "InboundCall",
    "Journal",
    "LiveCall",
    "MediaWatchdog",
    "MusicOnHold",
    "Origination",
    "OutsideLines",
    "ParkedCall",
    "Parking",
    "SpooledCallJournal",
    "ended_by_suspension",
    "outside_legs",
]
