"""A meeting recorded with video: started by its host, announced to everyone, and played in the client."""

import re

import pytest
from client_pages import Clients
from page_checks import PageChecker
from playwright.sync_api import expect
from recording_helpers import set_tenant_policy
from server import Household, Server, eventually
from test_client_meeting import ANNA, BERTA, CLARA, call_of, created_by, hangs_up, join, sees

NOTICE = "This conference is being recorded with video"
PLAYED = """video => new Promise((done) => {
    const context = new AudioContext();
    const meter = new AnalyserNode(context);
    context.createMediaElementSource(video).connect(meter);
    const samples = new Float32Array(meter.fftSize);
    let loudest = 0;
    const listen = () => {
        meter.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, ...samples.map(Math.abs));
    };
    setInterval(listen, 50);
    video.addEventListener("ended", () => {
        const { totalVideoFrames: frames } = video.getVideoPlaybackQuality();
        done({ frames, loudest, width: video.videoWidth, seconds: video.duration });
    });
    video.play();
})"""
"""Plays a video to its end; what was seen and heard."""


@pytest.mark.promise("C10", "C8")
def test_a_meeting_is_recorded_with_video(clients: Clients, server: Server, household: Household) -> None:
    """Three people see each other; the third one joins while it is recorded, and is informed before. The video is stored
    sealed and played with its sound in the app."""
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    anna = clients("microphone", "camera").sign_in(household.anna, path="/team")
    link, number = created_by(anna)
    server.cli("room", "update", number, "--tenant", server.tenant, "--may-record")
    call_of(anna).get_by_role("button", name="Video", exact=True).click()
    berta = clients("microphone", "camera").open(link)
    berta.sign_in(household.berta, path="/sign-in")
    join(berta)
    call_of(berta).get_by_role("button", name="Video", exact=True).click()
    sees(anna, f"{BERTA}, live")
    call_of(anna).get_by_role("button", name="Participants").click()
    sheet = anna.page.get_by_role("dialog").filter(has=anna.page.get_by_role("switch", name="Record conference"))
    sheet.get_by_role("switch", name="With video").check()
    sheet.get_by_role("switch", name="Record conference").click()
    expect(sheet.get_by_role("switch", name="With video")).to_be_disabled()
    checks = PageChecker(anna, "en", label="recording of a meeting")
    checks.check("light", "dark")
    assert checks.findings == []
    sheet.get_by_role("button", name="Close").click()
    for each in (anna, berta):
        expect(call_of(each).get_by_text(NOTICE)).to_be_visible()
    eventually(lambda: all(one["consent"] == "consented" for one in server.participants(number)), what="all consent")
    clara = clients("microphone", "camera").open(link)
    clara.sign_in(household.clara, path="/sign-in")
    join(clara)
    expect(call_of(clara).get_by_text(NOTICE)).to_be_visible()
    call_of(clara).get_by_role("button", name="Video", exact=True).click()
    sees(clara, f"{ANNA}, live")
    sees(anna, f"{CLARA}, live")
    eventually(lambda: all(one["consent"] == "consented" for one in server.participants(number)), what="all consent")
    sees(clara, f"{BERTA}, live")
    for each in (clara, berta, anna):
        hangs_up(each)
    [recording] = eventually(
        lambda: [one for one in clara.api("GET", "/recordings")["items"] if one["video"]], what="the video is finished"
    )
    assert len(recording["parties"]) == 3
    page = clara.open("/calls").page
    page.get_by_text("Recordings", exact=True).click()
    page.get_by_role("listitem").filter(has_text=ANNA).first.get_by_role("button", name=re.compile(ANNA)).click()
    played = page.get_by_label(re.compile(f"^Video with .*{ANNA}"))
    expect(played).to_be_visible()
    checks = PageChecker(clara, "en", label="a recorded video")
    checks.check("light", "dark")
    assert checks.findings == []
    shown = played.evaluate(PLAYED)
    assert shown["frames"] > 10, shown
    assert shown["loudest"] > 0.05, shown
    assert shown["width"] >= 320, shown
    assert abs(shown["seconds"] - recording["seconds"]) < 0.5, shown
    assert anna.complaints == berta.complaints == clara.complaints == []
