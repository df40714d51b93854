"""Runs calls written as text ladders: the messages of all parties in order.

    alice 1001, bob 1002, tablet 1002 tls       the cast: a phone, its extension, its transport (tcp); "asleep": not
                                                registered, but accepts push; "wakeable": both; "off": neither;
                                                "trunk": a carrier, with the number of a caller outside; "max1": its
                                                most calls, "asserts": the caller's number in P-Asserted-Identity,
                                                "ipv6": its domain is an IPv6 address
    alice -> INVITE 1002 [alice]                alice's phone sends; [alice] is its SDP
      Privacy: id                               with this header
    bob   <- INVITE [alice]                     the next message of the PBX: to bob, with alice's SDP
      From: "Anonymous" {*}                     and this header; {*} is anything, {name} the same everywhere,
      P-Asserted-Identity: none                 "none": the header is missing
    bob   -> 200 [bob]                          bob's phone answers the latest request
    bob   <- NOTIFY 180                         progress of a transfer; "over" with the last one
    ... 30 s                                    time passes
    ! the media engine restarts                 other events: see `World.act`
    app <- voicemail for 1002 [alice]           an app gets the call; it receives messages like a phone and sends "! the
                                                app answers [vm]", "accepts", "offers", "hangs up", "refuses",
                                                "declines"; "voicemail" in the cast: the extension's fallback app
    push <- call bob                            push notification of the call, or with "stop" of its end
    history <- answered 16 alice bob            the call record: outcome, Q.850 cause, devices (or dialled number)

Every message sent by the PBX is in the ladder, in order, except for 100 Trying, ACKs of error responses, and responses
to CANCEL. Phones acknowledge error responses and answer BYE, CANCEL, INFO, NOTIFY, PRACK and an UPDATE without SDP
automatically, unless the cast contains "by hand".
"""

import re
from collections.abc import Iterable

from phones import Phone, describe_sdp
from world import World

from unificx.sip.message import Request, Response

_MESSAGE_LINE = re.compile(r"(\w+) +(->|<-) (.+)")
_TIME = re.compile(r"\.\.\. ([0-9.]+) s")
_BODY = re.compile(r"(.*?) ?\[(.+)\]")


async def play(text: str, **settings: object) -> World:
    """Run a ladder and return its world. Fails with the actual messages."""
    lines = [line.split("#")[0].rstrip() for line in text.strip("\n").splitlines()]
    lines = [line for line in lines if line.strip()]
    world = World(_participants(lines[0].strip()), **settings)
    await play_on(world, "\n".join(lines[1:]))
    return world


async def play_on(world: World, text: str) -> None:
    """Run more ladder lines in an existing world."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    steps = list(_steps([line for line in lines if line]))
    await world.settle()
    for line, headers in steps:
        match = _MESSAGE_LINE.fullmatch(line)
        if match is not None and match[2] == "<-":
            _expect(world, match[1], match[3], headers)
            continue
        _expect_nothing_more(world, line)
        if match is not None:
            _send(world, world.phones[match[1]], match[3], headers)
        elif (time := _TIME.fullmatch(line)) is not None:
            await world.pass_time(float(time[1]))
        else:
            world.act(line.removeprefix("! "))
        await world.settle()
    _expect_nothing_more(world, "the end")


def _participants(line: str) -> list[Phone]:
    return [World.phone(*words.split(maxsplit=2)) for words in line.split(",")]


def _steps(lines: list[str]) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    """Yield each line with its header lines."""
    at = 0
    while at < len(lines):
        line, headers = lines[at], []
        at += 1
        while at < len(lines) and re.match(r"[A-Za-z-]+: ", lines[at]):
            name, _, value = lines[at].partition(": ")
            headers.append((name, value.strip()))
            at += 1
        yield line, headers


def _send(world: World, phone: Phone, line: str, headers: list[tuple[str, str]]) -> None:
    if line == "nothing any more":
        phone.gone = True
        return
    body = _BODY.fullmatch(line)
    words, name = (body[1], body[2]) if body is not None else (line, "")
    word, _, argument = words.partition(" ")
    world.arrive(phone, phone.build(word, argument, name, headers))


def _expect(world: World, receiver: str, line: str, headers: list[tuple[str, str]]) -> None:
    assert world.log, f"expected: {receiver} <- {line}\nbut no further message was sent"
    to, message = world.log.pop(0)
    world.checked.append(message)
    actual = _describe(message)
    assert (to, actual) == (receiver, line), (
        f"expected: {receiver} <- {line}\nbut it was: {to} <- {actual}\nand then: {_rest(world)}\n{message}"
    )
    for name, pattern in headers:
        assert not isinstance(message, str)
        values = message.all(name.lower())
        if pattern == "none":
            assert not values, f"{receiver} <- {line}: {name} is {values}"
        else:
            assert any(_matches(world, pattern, value) for value in values), f"{receiver} <- {line}: {name} is {values}"


def _matches(world: World, pattern: str, value: str) -> bool:
    """Whether a header value matches; `{name}` is bound on its first match."""
    parts = re.split(r"\{([\w*]+)\}", pattern)
    known = world.bindings
    exact = "".join(
        re.escape(part) if at % 2 == 0
        else ".*" if part == "*" else re.escape(known[part]) if part in known else f"(?P<{part}>.+)"
        for at, part in enumerate(parts)
    )  # fmt: skip
    match = re.fullmatch(exact, value)
    if match is not None:
        known.update(match.groupdict())
    return match is not None


def _describe(message: Request | Response | str) -> str:
    if isinstance(message, str):
        return message
    if isinstance(message, Request):
        words = message.method
        if words == "NOTIFY" and message.body:
            over = " over" if (message.first("subscription-state") or "").startswith("terminated") else ""
            return f"NOTIFY {message.body.split()[1].decode()}{over}"
    else:
        method = message.cseq.method
        words = str(message.status) if method == "INVITE" else f"{message.status} {method}"
    described = message.body and message.content_type == "application/sdp"
    return f"{words} {describe_sdp(message.body)}" if described else words


def _rest(world: World) -> str:
    return "; ".join(f"{to} <- {_describe(message)}" for to, message in world.log)


def _expect_nothing_more(world: World, line: str) -> None:
    assert not world.log, f"before {line}: {_rest(world)}"
