"""Composition of the call apps, their host and the recorders."""

from collections.abc import Callable
from functools import partial

from unificx.callapps import ECHO, WAITING, Engine, Host, Registry, at_number, installed, meeting_in, parking_apps
from unificx.calls import AppCallContext, CallRecordingStatus, MusicOnHold, Parking
from unificx.identity import Action, DirectoryCache, Extension, IdentityService, Principal, may
from unificx.media_worker.client import MediaEngine
from unificx.prompts import Prompts
from unificx.recording import Recorder, RecorderParts, RoomParts, RoomRecorder
from unificx.routing import CallApp
from unificx.rtpengine.supervisor import RtpEngine
from unificx.server.container import Rooms
from unificx.voicemail import StudioParts, at_group, hearing, leaving, recording_sounds


def registry(rooms: Rooms, parking: Parking) -> Registry:
    """Return the registry of all call apps. Raise CannotStart if an installed package cannot be loaded."""
    boxes, directory = rooms.mailboxes, rooms.people.directory
    studio = StudioParts(rooms.own_sounds, boxes, directory, partial(_administers, rooms.people))
    ours = (
        *(ECHO, WAITING, leaving(boxes), *hearing(boxes, directory)),
        meeting_in(rooms.meeting_rooms, rooms.meetings),
        *parking_apps(parking, directory.park_seconds),
        recording_sounds(studio),
    )

    def numbers(tenant_id: str, number: str) -> CallApp | None:
        return at_number(rooms.meeting_rooms, tenant_id, number) or at_group(boxes, tenant_id, number)

    return Registry((*ours, *installed().values()), directory, boxes.takes_messages, numbers)


def host(rooms: Rooms, engine: Engine, apps: Registry) -> Host:
    """Return the host of the call apps."""
    host = Host(engine, rooms.voice, rooms.clock, apps.apps)
    directory = rooms.people.directory
    host.language = partial(_language, directory)
    host.zone = lambda hosting: directory.time_zone(hosting.caller.tenant_id)
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


def recorder(rooms: Rooms, media: RtpEngine, engine: MediaEngine, hold: MusicOnHold) -> Recorder:
    """Return the recorder of two-party calls. After an announcement, a held participant hears hold music again."""
    parts = RecorderParts(rooms.clock, media, engine, Prompts(), rooms.archive, _spoken(rooms), hold.interrupted)
    return Recorder(parts)


def room_recorder(rooms: Rooms, engine: MediaEngine, calls: CallRecordingStatus) -> RoomRecorder:
    """Return the recorder of conferences."""
    return RoomRecorder(RoomParts(rooms.clock, engine, Prompts(), rooms.archive, _spoken(rooms), rooms.meetings, calls))


def _spoken(rooms: Rooms) -> Callable[[str, str], str]:
    directory = rooms.people.directory

    def language(tenant_id: str, extension_id: str) -> str:
        extension = directory.extension_by_id(extension_id)
        return directory.language(tenant_id, extension.person_id if extension is not None else None)

    return language
