"""Meetings of an installation: the use from which their retention counts, and the removal of guests."""

import asyncio
from pathlib import Path

import pytest
from conference_legs import FakeLeg

from unificx.callapps import ADMITTED_GUEST, GUEST
from unificx.conferencing import ADMINISTRATOR, AllAdmissionsRequested, CallerIdentity, NewMeeting, RemovalRequested
from unificx.core.clock import SystemClock
from unificx.identity import NewExtension, NewTenant
from unificx.media_worker.client import MediaEngineClient
from unificx.routing import CallApp
from unificx.rtpengine.supervisor import RtpEngine
from unificx.server.bootstrap import open_installation
from unificx.server.guest_calls import GuestCalls
from unificx.server.live_meetings import LiveMeetings
from unificx.server.paths import InstallationPaths, database_url


def role_of(calls: GuestCalls, guest_id: str) -> str:
    """Return the role in which the call of a guest joins the meeting."""
    call = calls.call_of(guest_id)
    assert call is not None
    target = call.plan.steps[0].action
    assert isinstance(target, CallApp)
    return target.arguments[-1]


@pytest.mark.promise("R3", "C10")
async def test_the_use_of_a_meeting_is_noted_and_the_visit_of_a_removed_guest_ends(migrated_home: Path) -> None:
    site = InstallationPaths(migrated_home)
    async with open_installation(site, database_url(site, {}), {}, SystemClock()) as container:
        tenant = await container.identity.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
        anna = (await container.identity.extensions.create(tenant.id, NewExtension("1001", "Anna"))).extension
        media, engine = RtpEngine(container.clock), MediaEngineClient(container.clock)
        rooms, conferences = container.conference_rooms, LiveMeetings(container, media, engine).manager
        room = await rooms.create_meeting(tenant.id, anna.id, NewMeeting("Review"))
        _, link = await container.guests.create_link(room)
        guest, token = await container.guests.enter(link, "Wanda", "192.0.2.1")
        calls, who = GuestCalls(container.guests, rooms), CallerIdentity(guest.subject, "", "", "Wanda")
        assert role_of(calls, guest.id) == GUEST
        assert not any(is_used(room) for is_used in rooms.uses)
        conferences.join(room, who, FakeLeg("leg"), host=False, lobby=True)
        assert any(is_used(room) for is_used in rooms.uses), "an ended meeting is not deleted under its participants"
        async with asyncio.timeout(10):
            while rooms.find(tenant.id, room.id).used is None:
                await asyncio.sleep(0.01)
        assert container.guests.find(token) is not None
        conferences.apply(room, AllAdmissionsRequested(ADMINISTRATOR))
        assert role_of(calls, guest.id) == ADMITTED_GUEST, "after a reload of the page"
        state = conferences.state_of(room.id)
        assert state is not None
        conferences.apply(room, RemovalRequested(ADMINISTRATOR, state.members[0].id))
        assert calls.call_of(guest.id) is None
        assert container.guests.find(token) is None
