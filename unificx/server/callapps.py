"""Composition of the call apps, their host and the recorders."""

from collections.abc import Callable
from functools import partial

from unificx.callapps import (
    ECHO,
    RINGBACK,
    AppRegistry,
    AppRunner,
    Paging,
    completion_apps,
    conference_app,
    hours_app,
    installed_apps,
    parking_apps,
    pickup_apps,
    presence_apps,
)
from unificx.calls import AppCallContext, CallRecordingStatus, MusicOnHold, Parking
from unificx.conferencing import ConferenceManager
from unificx.identity import Action, DirectoryCache, Extension, Identity, may
from unificx.integrations.audio_import.client import AudioImporter
from unificx.ivr import MenuAppDependencies, menu_apps
from unificx.media_worker.client import MediaEngineClient
from unificx.prompts import Prompts
from unificx.queues import QueueDependencies, agent_apps, queue_app
from unificx.recording import (
    CallMonitor,
    CallRecorder,
    CallRecorderDependencies,
    LiveRecording,
    MonitoringAppDependencies,
    MonitoringDependencies,
    Supervisor,
    monitoring_app,
)
from unificx.rtpengine.supervisor import RtpEngine
from unificx.server.answer_key_requests import REQUEST, SpokenRequests
from unificx.server.conference_dialer import CallConverter
from unificx.server.container import Container
from unificx.server.extension_language import extension_language
from unificx.server.extension_state_handler import Reachability
from unificx.server.live_events import LiveEvents
from unificx.voicemail import (
    PromptRecordingDependencies,
    SharedPhoneDependencies,
    deposit_app,
    prompt_recording_app,
    retrieval_apps,
    shared_phone_apps,
)


def create_registry(
    container: Container, parking: Parking, monitor: CallMonitor, converter: CallConverter, meetings: ConferenceManager
) -> AppRegistry:
    """Return the registry of all call apps. Raise StartupError if an installed package cannot be loaded."""
    boxes, directory = container.mailboxes, container.identity.directory
    prompt_deps = PromptRecordingDependencies(
        container.custom_sounds,
        container.routing.menus.sound_of,
        container.routing.menus.set_sound,
        boxes,
        directory,
        partial(_may_record_announcements, container.identity),
    )
    devices = container.identity.devices
    shared_phones = SharedPhoneDependencies(boxes, devices, directory, container.database, container.audit)
    state_of = container.routing.presence.availability.state
    supervisor = partial(_find_supervisor, container.identity)
    ours = (
        *(ECHO, RINGBACK, deposit_app(boxes, state_of), *retrieval_apps(boxes, directory)),
        conference_app(container.conference_rooms, meetings),
        *presence_apps(container.routing.presence, directory, container.routing.destinations.reference_at),
        *completion_apps(container.routing.completions, container.history, directory),
        *parking_apps(parking, directory.park_seconds),
        *pickup_apps(),
        *_create_paging(container).apps(),
        prompt_recording_app(prompt_deps),
        *shared_phone_apps(shared_phones),
        hours_app(container.routing.hours),
        queue_app(QueueDependencies(container.routing.queues.service, container.routing.queues.manager, directory)),
        *agent_apps(container.routing.queues.service),
        monitoring_app(MonitoringAppDependencies(monitor, directory, supervisor, converter.move_to_room)),
        *menu_apps(MenuAppDependencies(container.routing.menus, directory, AudioImporter(), container.consents)),
    )
    registry = AppRegistry((*ours, *installed_apps().values()), directory, container.routing.codes.tables)
    container.routing.codes.uses.append(registry.code_uses)
    return registry


def _create_paging(container: Container) -> Paging:
    """Return intercom and paging."""
    groups, availability = container.routing.groups, container.routing.presence.availability

    def members(tenant_id: str, number: str) -> list[str]:
        group = groups.by_number(tenant_id, number)
        return group.extension_ids if group is not None else []

    def is_free(extension_id: str) -> bool:
        return not availability.rules(extension_id).do_not_disturb and not availability.is_in_call(extension_id)

    reachability = Reachability(container)
    return Paging(container.identity.directory, members, reachability.is_reachable, is_free, container.calls)


def create_host(container: Container, engine: MediaEngineClient, apps: AppRegistry) -> AppRunner:
    """Return the host of the call apps."""
    directory = container.identity.directory
    return AppRunner(
        engine,
        container.prompt_overrides,
        container.clock,
        apps.apps,
        language=partial(_caller_language, directory),
        time_zone=lambda context: directory.time_zone(context.caller.tenant_id),
    )


async def _may_record_announcements(identity: Identity, extension: Extension) -> bool:
    """Return whether the person of an extension may record the announcements of the tenant."""
    if extension.person_id is None:
        return False
    person = await identity.users.get(extension.tenant_id, extension.person_id)
    return may(person.principal, Action.ANNOUNCEMENTS_CHANGE, extension.tenant_id)


async def _find_supervisor(identity: Identity, extension: Extension) -> Supervisor | None:
    """Return the person of an extension if they may monitor calls, else None."""
    if extension.person_id is None:
        return None
    person = await identity.users.get(extension.tenant_id, extension.person_id)
    if not may(person.principal, Action.CALLS_MONITOR, extension.tenant_id):
        return None
    return Supervisor(person.subject, extension.id, person.name)


def _caller_language(directory: DirectoryCache, context: AppCallContext) -> str:
    """Return the caller's language; for an external caller that of the callee."""
    inside = directory.extension_by_id(context.caller.extension_id) or context.callee
    return directory.language(context.caller.tenant_id, inside.person_id if inside is not None else None)


def create_answer_key_requests(container: Container, media: RtpEngine) -> SpokenRequests:
    """Return what asks members of ring groups outside to take a call, in the language of their tenant."""
    prompts, directory = Prompts(), container.identity.directory
    return SpokenRequests(media, lambda tenant_id: prompts.sound(REQUEST, directory.language(tenant_id, None)))


def create_recorder(
    container: Container,
    media: RtpEngine,
    engine: MediaEngineClient,
    hold: MusicOnHold,
    on_change: Callable[[LiveRecording], None],
) -> CallRecorder:
    """Return the recorder of two-party calls. After an announcement, a held participant hears hold music again.
    `on_change` is called with each new recording state."""
    deps = CallRecorderDependencies(
        container.clock,
        media,
        engine,
        Prompts(),
        container.archive,
        extension_language(container.identity.directory),
        hold.interrupted,
    )
    queues = container.routing.queues.manager
    return CallRecorder(deps, on_change, lambda call: queues.is_recorded(call.tenant_id, call.call_id))


def create_monitor(
    container: Container,
    media: RtpEngine,
    engine: MediaEngineClient,
    hold: MusicOnHold,
    live_events: LiveEvents,
) -> CallMonitor:
    """Return the monitor of two-party calls; clients learn of each new state by live events."""
    language = extension_language(container.identity.directory)
    log = container.archive.monitoring_log
    deps = MonitoringDependencies(container.clock, media, engine, Prompts(), log, language, hold.interrupted)
    return CallMonitor(deps, container.archive, CallRecordingStatus(container.calls), live_events.monitoring_changed)
