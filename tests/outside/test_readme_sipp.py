"""The SIPp commands of docs/howto/try-it.md, with this server's credentials and address, and the calls of its carrier."""

import re
import shlex
import subprocess
from pathlib import Path

from free_ports import free_port, is_bound
from server import ROOT, Household, Login, Server, eventually

GUIDE = ROOT / "docs" / "howto" / "try-it.md"


def commands() -> dict[str, list[str]]:
    """Return the SIPp commands of the guide by scenario name."""
    lines = re.findall(r"^sipp .*$", GUIDE.read_text("utf-8"), re.MULTILINE)
    return {Path(words[words.index("-sf") + 1]).stem: words for words in map(shlex.split, lines)}


def filled(words: list[str], server: Server, login: Login, ports: dict[str, str], called: str) -> list[str]:
    """Return a command with the values of this installation; the options stay unchanged."""
    written = {words[words.index("-s") + 1]: called} if "-s" in words else {}
    for option, value in (("-au", login.username), ("-ap", login.password)):
        if option in words:
            written[words[words.index(option) + 1]] = value
    if "number" in words:
        written.setdefault(words[words.index("number") + 1], login.number)
    written |= {"demo.example": login.domain, "127.0.0.1:5060": server.sip("udp"), **ports}
    return [written.get(word, word) for word in words]


def run(command: list[str], place: Path = ROOT) -> None:
    done = subprocess.run(
        [*command, "-nostdin"], cwd=place, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_the_commands_of_the_guide_register_answer_and_call(server: Server, household: Household) -> None:
    documented = commands()
    assert documented.keys() == {"register", "answer", "call"}
    media = range(6000, 6101, 100)
    ports = {str(port): str(free_port()) for port in (5070, 5071, *media)}
    anna, berta = household.anna, household.berta
    run(filled(documented["register"], server, berta, ports, ""))
    answer = [*filled(documented["answer"], server, berta, ports, ""), "-nostdin"]
    with subprocess.Popen(answer, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as waiting:
        try:
            eventually(lambda: is_bound(int(ports["5071"])), what="SIPp waits for a call")
            run(filled(documented["call"], server, anna, ports, berta.number))
            assert waiting.wait(30) == 0
        finally:
            waiting.kill()
    row = eventually(lambda: next(iter(server.history()), None), what="the call's record")
    assert (row["outcome"], row["talk_seconds"] >= 1) == ("answered", True)


def test_a_call_of_the_carrier_ends_after_its_time(tmp_path: Path) -> None:
    scenario = (ROOT / "docs" / "sipp" / "carrier-call.xml").read_text("utf-8").replace("30000", "300")
    call = tmp_path / "carrier-call.xml"
    call.write_text(scenario)
    (tmp_path / "music.ulaw").write_bytes(bytes(800))
    answering, calling = str(free_port()), str(free_port())
    sipp = ["sipp", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-timeout", "10s", "-timeout_error"]
    answers = [*sipp, "-nostdin", "-sf", str(ROOT / "docs" / "sipp" / "carrier.xml"), "-p", answering]
    with subprocess.Popen(answers, cwd=tmp_path, stdout=subprocess.DEVNULL) as waiting:
        try:
            eventually(lambda: is_bound(int(answering)), what="SIPp waits for a call")
            numbers = ["-s", "1", "-key", "caller", "2"]
            run([*sipp, "-sf", str(call), "-p", calling, "-m", "1", *numbers, f"127.0.0.1:{answering}"], tmp_path)
        finally:
            waiting.kill()
