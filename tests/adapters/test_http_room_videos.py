"""Videos of a conference over HTTP: only participants of the running conference publish and see them, within limits."""

import asyncio

import httpx
import pytest
from conference_legs import JoinedParticipant, join_room
from http_world import World

from unificx.conferencing import CallerIdentity, RecordingChanged, Room
from unificx.conferencing.machine.meeting import MAX_VIDEOS
from unificx.conferencing.videos import CAPACITY, MAX_SUBSCRIPTIONS
from unificx.core.errors import Invalid
from unificx.sdp import PlainVideo

pytestmark = pytest.mark.promise("C10", "C4")

VIDEOS = "/api/v1/rooms/8000/videos"
OFFER = (
    "v=0\r\no=jane 1 1 IN IP4 192.0.2.7\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:77jg\r\na=ice-pwd:1gFBA0H4G1w6HLHtFPbiZ8kP\r\n"
    "a=fingerprint:sha-256 AA\r\na=setup:actpass\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n"
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
    "a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
    "a=rtcp-fb:96 transport-cc\r\na=rtcp-fb:96 goog-remb\r\n"
)


async def published(user: httpx.AsyncClient, source: str = "camera") -> str:
    answer = await user.post(VIDEOS, json={"source": source, "sdp": OFFER})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def subscribed(user: httpx.AsyncClient, video: str, quality: str = "high") -> str:
    answer = await user.post(f"{VIDEOS}/{video}/subscriptions", json={"quality": quality})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def seen(user: httpx.AsyncClient) -> list[tuple[str, str, str, bool]]:
    answer = await user.get(VIDEOS)
    assert answer.status_code == 200, answer.text
    return [(one["id"], one["source"], one["quality"], one["own"]) for one in answer.json()["items"]]


class Meeting:
    """Anna hosts room 8000 with Berta in it. The administrator is not."""

    def __init__(
        self,
        world: World,
        room: Room,
        admin: httpx.AsyncClient,
        *,
        anna: httpx.AsyncClient,
        berta: httpx.AsyncClient,
    ) -> None:
        self.world, self.room, self.admin, self.anna, self.berta = world, room, admin, anna, berta
        self.relay = world.video_relay
        self.as_anna = join_room(world, room, "1001", host=True)
        self.as_berta = self.join("1002")

    def join(self, number: str) -> JoinedParticipant:
        return join_room(self.world, self.room, number)


@pytest.fixture
async def meeting(world: World) -> Meeting:
    admin = await world.admin(world.acme)
    anna, berta = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    made = await admin.post("/api/v1/rooms", json={"number": "8000"})
    room = world.services.rooms.find(world.acme.id, made.json()["id"])
    return Meeting(world, room, admin, anna=anna, berta=berta)


async def test_a_video_is_published_seen_and_stopped(meeting: Meeting) -> None:
    anna, berta, relay = meeting.anna, meeting.berta, meeting.relay
    video = await published(anna)
    assert await seen(anna) == [(video, "camera", "off", True)]
    low = await subscribed(berta, video, "low")
    assert await seen(berta) == [(video, "camera", "low", False)]
    assert (await berta.put(f"{VIDEOS}/{video}/subscriptions/{low}", json={"sdp": OFFER})).status_code == 204
    better = await berta.patch(f"{VIDEOS}/{video}/subscriptions/{low}", json={"quality": "high"})
    assert (better.status_code, await seen(berta)) == (204, [(video, "camera", "high", False)])
    assert (await berta.delete(f"{VIDEOS}/{video}/subscriptions/{low}")).status_code == 204
    assert await seen(anna) == [(video, "camera", "off", True)]
    assert (await anna.delete(f"{VIDEOS}/{video}")).status_code == 204
    assert await seen(anna) == []
    anchor = f"video/{video}"
    wanted = ["publish {}", "subscribe request {} {}", "subscribe answer {} {}", "unsubscribe {} {}", "delete {}"]
    assert relay.requests == [each.format(anchor, low) for each in wanted]


async def test_transport_feedback_and_identity_do_not_reach_the_relay(meeting: Meeting) -> None:
    await published(meeting.anna)
    (offer,) = meeting.relay.offers
    assert "transport-cc" not in offer
    assert "transport-wide-cc" not in offer
    assert "jane" not in offer
    assert "goog-remb" in offer
    assert "abs-send-time" in offer


async def test_only_participants_of_the_running_conference_publish_and_subscribe(meeting: Meeting) -> None:
    video = await published(meeting.anna)
    new = {"source": "camera", "sdp": OFFER}
    meeting.as_berta.session.leave()
    for outsider in (meeting.admin, meeting.berta):
        assert (await outsider.get(VIDEOS)).status_code == 403
        assert (await outsider.post(VIDEOS, json=new)).status_code == 403
        assert (await outsider.post(f"{VIDEOS}/{video}/subscriptions", json={})).status_code == 403
    foreigner = await meeting.world.admin(meeting.world.globex)
    assert (await foreigner.post(VIDEOS, json=new)).status_code == 404


async def test_a_participant_sees_videos_while_the_entry_prompts_play_but_sends_none(meeting: Meeting) -> None:
    video = await published(meeting.anna)
    meeting.as_berta.session.leave()
    extension = meeting.world.identity.directory.extension(meeting.room.tenant_id, "1002")
    assert extension is not None
    who = CallerIdentity(extension.subject, extension.id, "1002", "Berta")
    session = meeting.world.services.meetings.join(meeting.room, who, meeting.as_berta.leg, host=False)
    low = await subscribed(meeting.berta, video, "low")
    assert (await meeting.berta.post(VIDEOS, json={"source": "camera", "sdp": OFFER})).status_code == 403
    session.entered()
    assert (await meeting.berta.delete(f"{VIDEOS}/{video}/subscriptions/{low}")).status_code == 204


async def test_a_participant_who_waits_or_awaits_the_recording_notice_has_no_video(meeting: Meeting) -> None:
    video = await published(meeting.anna)
    meetings, room = meeting.world.services.meetings, meeting.room
    meeting.as_berta.session.leave()
    leg = meeting.as_berta.leg
    extension = meeting.world.identity.directory.extension(room.tenant_id, "1002")
    assert extension is not None
    meetings.handle_event(room.id, RecordingChanged(on=True))
    meetings.join(room, CallerIdentity(extension.subject, extension.id, "1002", "Berta"), leg, host=False)
    assert (await meeting.berta.post(VIDEOS, json={"source": "camera", "sdp": OFFER})).status_code == 403
    assert (await meeting.berta.post(f"{VIDEOS}/{video}/subscriptions", json={})).status_code == 403


async def test_the_end_of_a_call_ends_its_videos_and_subscriptions(meeting: Meeting) -> None:
    relay = meeting.relay
    of_anna, of_berta = await published(meeting.anna), await published(meeting.berta)
    sees_anna, _ = await subscribed(meeting.berta, of_anna), await subscribed(meeting.anna, of_berta)
    meeting.as_berta.session.leave()
    assert await seen(meeting.anna) == [(of_anna, "camera", "off", True)]
    assert relay.requests[-2:] == [f"unsubscribe video/{of_anna} {sees_anna}", f"delete video/{of_berta}"]
    meeting.as_anna.session.leave()
    assert relay.requests[-1] == f"delete video/{of_anna}"


async def test_a_new_camera_replaces_the_earlier_one_and_one_screen_is_shared_at_a_time(meeting: Meeting) -> None:
    first, second = await published(meeting.anna), await published(meeting.anna)
    screen = await published(meeting.anna, "screen")
    assert [each[0] for each in await seen(meeting.anna)] == [second, screen]
    assert f"delete video/{first}" in meeting.relay.requests
    refused = await meeting.berta.post(VIDEOS, json={"source": "screen", "sdp": OFFER})
    assert refused.status_code == 409, refused.text
    assert (await meeting.anna.delete(f"{VIDEOS}/{screen}")).status_code == 204
    await published(meeting.berta, "screen")


async def test_a_host_stops_the_video_of_a_guest_but_not_the_other_way_round(meeting: Meeting) -> None:
    of_anna, of_berta = await published(meeting.anna), await published(meeting.berta)
    assert (await meeting.berta.delete(f"{VIDEOS}/{of_anna}")).status_code == 403
    assert (await meeting.anna.delete(f"{VIDEOS}/{of_berta}")).status_code == 204
    assert (await meeting.anna.delete(f"{VIDEOS}/{of_berta}")).status_code == 404
    assert [each[0] for each in await seen(meeting.berta)] == [of_anna]
    again = {"source": "camera", "sdp": OFFER, "again": True}
    assert (await meeting.berta.post(VIDEOS, json=again)).status_code == 409
    await published(meeting.berta)
    assert (await meeting.berta.post(VIDEOS, json=again)).status_code == 201


async def test_subscriptions_belong_to_their_participant(meeting: Meeting) -> None:
    video = await published(meeting.anna)
    mine = f"{VIDEOS}/{video}/subscriptions/{await subscribed(meeting.berta, video)}"
    assert (await meeting.anna.put(mine, json={"sdp": OFFER})).status_code == 404
    assert (await meeting.anna.patch(mine, json={"quality": "low"})).status_code == 404
    assert (await meeting.anna.delete(mine)).status_code == 404


@pytest.mark.parametrize(
    "sdp",
    [
        pytest.param(OFFER.replace("m=video", "m=audio"), id="audio"),
        pytest.param(OFFER + OFFER[OFFER.index("m=video") :], id="two videos"),
        pytest.param(OFFER.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), id="not encrypted"),
        pytest.param(OFFER.replace("a=ice-ufrag:77jg\r\n", ""), id="without ICE"),
        pytest.param(OFFER.replace("video 9", "video 0"), id="rejected"),
        pytest.param("v=0", id="no section"),
        pytest.param(OFFER.replace("rtcp-mux", "rtcp-müx"), id="not ASCII"),
        pytest.param(OFFER + "a=x:" + "y" * 16_384, id="too long"),
    ],
)
async def test_a_session_description_without_exactly_one_video_is_rejected(meeting: Meeting, sdp: str) -> None:
    answer = await meeting.anna.post(VIDEOS, json={"source": "camera", "sdp": sdp})
    assert (answer.status_code, answer.json()["field"]) == (422, "sdp")
    assert meeting.relay.requests == []


async def test_videos_subscriptions_and_their_rate_are_limited(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unificx.conferencing.machine.meeting.MAX_VIDEOS", 2)
    assert MAX_VIDEOS == 50
    video, _ = await published(meeting.anna), await published(meeting.anna, "screen")
    assert (await meeting.berta.post(VIDEOS, json={"source": "camera", "sdp": OFFER})).status_code == 409
    for _ in range(MAX_SUBSCRIPTIONS):
        await subscribed(meeting.berta, video)
    assert (await meeting.berta.post(f"{VIDEOS}/{video}/subscriptions", json={})).status_code == 409
    answers = [(await meeting.anna.post(VIDEOS, json={"source": "camera", "sdp": OFFER})) for _ in range(int(CAPACITY))]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_silent_relay_leaves_nothing_behind(meeting: Meeting) -> None:
    video = await published(meeting.anna)
    relay, waiting = meeting.relay, await subscribed(meeting.berta, video)
    relay.dead = True
    answered = await meeting.berta.put(f"{VIDEOS}/{video}/subscriptions/{waiting}", json={"sdp": OFFER})
    assert answered.status_code == 503
    assert (await meeting.berta.delete(f"{VIDEOS}/{video}/subscriptions/{waiting}")).status_code == 204
    assert (await meeting.berta.post(VIDEOS, json={"source": "camera", "sdp": OFFER})).status_code == 503
    assert (await meeting.berta.post(f"{VIDEOS}/{video}/subscriptions", json={})).status_code == 503
    assert await seen(meeting.anna) == [(video, "camera", "off", True)]


async def test_a_new_relay_ends_all_videos_until_they_are_published_again(meeting: Meeting) -> None:
    await published(meeting.anna)
    meeting.world.services.videos.relay_restarted()
    assert await seen(meeting.anna) == []
    assert len(await seen(meeting.berta)) == 0
    video = await published(meeting.anna)
    assert await seen(meeting.berta) == [(video, "camera", "off", False)]


async def test_a_participant_who_leaves_while_a_connection_is_set_up_gets_none(meeting: Meeting) -> None:
    relay, video = meeting.relay, await published(meeting.anna)
    services = meeting.world.services.videos
    subscribing = asyncio.create_task(services.subscribe(meeting.room, meeting.as_berta.session.id, video, "high"))
    publishing = asyncio.create_task(
        services.publish(meeting.room, meeting.as_berta.session.id, "camera", OFFER.encode(), "192.0.2.7")
    )
    await asyncio.sleep(0)
    meeting.as_berta.session.leave()
    outcomes = await asyncio.gather(subscribing, publishing, return_exceptions=True)
    assert [type(each).__name__ for each in outcomes] == ["NotFound", "Forbidden"]
    assert sum(each.startswith("delete") for each in relay.requests) == 1
    assert sum(each.startswith("unsubscribe") for each in relay.requests) >= 1
    assert await seen(meeting.anna) == [(video, "camera", "off", True)]


async def test_the_recorder_receives_a_video_by_plain_rtp_until_it_ends_that(meeting: Meeting) -> None:
    video, videos = await published(meeting.anna), meeting.world.services.videos
    plain = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 30000 RTP/AVPF 96\r\n"
    meeting.relay.sdp = plain
    id_, found = await videos.subscribe_recorder(meeting.room, video, 40_123)
    assert found == PlainVideo(("127.0.0.1", 30_000), 96)
    assert "m=video 40123 RTP/AVPF 96" in meeting.relay.offers[-1]
    meeting.join("1003")  # a change of the meeting, which ends the subscriptions of all who are not in it
    assert [quality for _, _, quality, _ in await seen(meeting.berta)] == ["high"]
    videos.unsubscribe_recorder(meeting.room, video, id_)
    assert meeting.relay.requests[-1] == f"unsubscribe video/{video} {id_}"
    meeting.relay.sdp = OFFER
    with pytest.raises(Invalid):
        await videos.subscribe_recorder(meeting.room, video, 40_123)
    assert [quality for _, _, quality, _ in await seen(meeting.berta)] == ["off"]
