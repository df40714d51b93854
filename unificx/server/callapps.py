"""Composition of the call apps, their host and the recorders."""

from collections.abc import Callable
from functools import partial

from unificx.callapps import (
    ECHO,
    RINGBACK,
    AppRegistry,
    AppRunner,
    MediaEngine,
    conference_app,
    conference_at_number,
    installed_apps,
    parking_apps,
)
from unificx.calls import AppCallContext, CallRecordingStatus, MusicOnHold, Parking
from unificx.identity import Action, DirectoryCache, Extension, IdentityService, Principal, may
from unificx.media_worker.client import MediaEngine
from unificx.prompts import Prompts
from unificx.recording import CallRecorder, CallRecorderParts, ConferenceRecorder, ConferenceRecorderParts
from unificx.routing import CallApp
from unificx.rtpengine.supervisor import RtpEngine
from unificx.server.container import Rooms
from unificx.voicemail import PromptRecordingParts, deposit_app, mailbox_at_number, prompt_recording_app, retrieval_apps


def registry(rooms: Rooms, parking: Parking) -> AppRegistry:
    """Return the registry of all call apps. Raise CannotStart if an installed package cannot be loaded."""
    boxes, directory = rooms.mailboxes, rooms.people.directory
    studio = PromptRecordingParts(rooms.own_sounds, boxes, directory, partial(_administers, rooms.people))
    ours = (
        *(ECHO, RINGBACK, deposit_app(boxes), *retrieval_apps(boxes, directory)),
        conference_app(rooms.meeting_rooms, rooms.meetings),
        *parking_apps(parking, directory.park_seconds),
        prompt_recording_app(studio),
    )

    def numbers(tenant_id: str, number: str) -> CallApp | None:
        return conference_at_number(rooms.meeting_rooms, tenant_id, number) or mailbox_at_number(
            boxes, tenant_id, number
        )

    return AppRegistry((*ours, *installed_apps().values()), directory, boxes.accepts_messages, numbers)


def host(rooms: Rooms, engine: MediaEngine, apps: AppRegistry) -> AppRunner:
    """Return the host of the call apps."""
    host = AppRunner(engine, rooms.voice, rooms.clock, apps.apps)
    directory = rooms.people.directory
    host.language = partial(_language, directory)
    host.time_zone = lambda hosting: directory.time_zone(hosting.caller.tenant_id)
    return host


async def _administers(people: IdentityService, extension: Extension) -> bool:
    """Return whether an extension belongs to an administrator of its tenant."""
    if extension.person_id is None:
        return False
    person = await people.person(extension.tenant_id, extension.person_id)
    who = Principal(person.id, person.tenant_id, person.role)
    return may(who, Action.TENANT_CHANGE, extension.tenant_id)


def _language(directory: DirectoryCache, hosting: AppCallContext) -> str:
    """Return the caller's language; for an external caller that of the callee."""
    inside = directory.extension_by_id(hosting.caller.extension_id) or hosting.callee
    return directory.language(hosting.caller.tenant_id, inside.person_id if inside is not None else None)


def recorder(rooms: Rooms, media: RtpEngine, engine: MediaEngine, hold: MusicOnHold) -> CallRecorder:
    """Return the recorder of two-party calls. After an announcement, a held participant hears hold music again."""
    parts = CallRecorderParts(rooms.clock, media, engine, Prompts(), rooms.archive, _spoken(rooms), hold.interrupted)
    return CallRecorder(parts)


def room_recorder(rooms: Rooms, engine: MediaEngine, calls: CallRecordingStatus) -> ConferenceRecorder:
    """Return the recorder of conferences."""
    return ConferenceRecorder(
        ConferenceRecorderParts(rooms.clock, engine, Prompts(), rooms.archive, _spoken(rooms), rooms.meetings, calls)
    )


def _spoken(rooms: Rooms) -> Callable[[str, str], str]:
    directory = rooms.people.directory

    def language(tenant_id: str, extension_id: str) -> str:
        extension = directory.extension_by_id(extension_id)
        return directory.language(tenant_id, extension.person_id if extension is not None else None)

    return language
