"""Shared parts of ladders: a ringing and an established call, transfers, a move to a room, and the end of a call."""

from world import World

from unificx.identity import Extension


def extension(number: str) -> Extension:
    """Return an extension of the tenant by its number."""
    return Extension(f"e-{number}", "t1", number, None, f"s-{number}", 30, 600, f"Extension {number}")


def refers(by: str, to: str) -> str:
    """`by` transfers the other party to a number."""
    return f"""
    {by} -> REFER
      Refer-To: <sip:{to}@acme.example>
    {by} <- 202 REFER
    {by} <- NOTIFY 100
"""


def cancels(callee: str, dialled: str, number: str) -> str:
    """Alice dials, `callee` rings, and Alice cancels; the call record has `number`."""
    return f"""
    alice -> INVITE {dialled} [alice]
    {callee} <- INVITE [alice]
    {callee} -> 180
    alice <- 180
    alice -> CANCEL
    history <- cancelled 16 alice {number}
    {callee} <- CANCEL
    alice <- 487
"""


def hangs_up(by: str, other: str, record: str) -> str:
    """`by` hangs up, and `record` is the call record."""
    return f"""
    {by} -> BYE
    {other} <- BYE
    history <- {record}
    {by} <- 200 BYE
"""


def takes_over(callee: str, waiting: str) -> str:
    """`callee` answers and is connected to the party that an app has held."""
    return f"""
    {callee} -> 200 [{callee}]
    app   <- BYE
    {callee} <- ACK
    {waiting} <- INVITE [{callee}]
    {waiting} -> 200 [{waiting}]
    {waiting} <- ACK
"""


async def released(world: World) -> None:
    """Check that ended calls leave nothing behind."""
    await world.pass_time(70)
    assert world.leftovers() == {}


PARTICIPANTS = "alice 1001, bob 1002, carol 1003"
RINGS = """
    alice -> INVITE 1002 [alice]
    bob   <- INVITE [alice]
    bob   -> 180
    alice <- 180
"""
UP = """
    alice -> INVITE 1002 [alice]
    bob   <- INVITE [alice]
    bob   -> 200 [bob]
    bob   <- ACK
    alice <- 200 [bob]
    alice -> ACK
"""
REFERRED = refers("bob", "1003") + """
    app   <- waiting for 1003 [alice]
    carol <- INVITE [alice]
      From: "Alice \\"Al\\" O\\\\Neill" <sip:1001@acme.example>{*}
      Alert-Info: <urn:alert:source:internal>;info=internal
    ! the app answers [ring]
    alice <- INVITE [ring]
    alice -> 200 [alice]
    alice <- ACK
    carol -> 180
    bob   <- NOTIFY 180
"""  # fmt: skip
REACHED = """
    carol -> 200 [carol]
    app   <- BYE
    carol <- ACK
    bob   <- NOTIFY 200 over
    bob   <- BYE
    alice <- INVITE [carol]
    alice -> 200 [alice]
    alice <- ACK
"""
TRANSFEROR_HANGS_UP = """
    bob   -> BYE
    bob   <- 200 BYE
"""


def parties(world: World) -> list[tuple[str, str]]:
    [call] = world.ended
    return [(party.role, party.number) for party in call.parties]


def way(world: World) -> list[str]:
    """The steps: kind, number, how the call came there and by which party, and how it ended there."""
    [call] = world.ended
    found: list[str] = []
    for step in call.steps:
        number = step.party.number if step.party is not None else step.number or step.name
        by = "" if step.by is None else f" by {call.parties[step.by].number}"
        found.append(f"{step.kind} {number}: {step.reason}{by}, {step.outcome}")
        assert step.at <= step.ended <= call.ended
    return found


HOLDS = """
    bob   -> INVITE [bob/hold]
    alice <- INVITE [bob/hold]
    alice -> 200 [alice/held]
    alice <- ACK
    bob   <- 200 [alice/held]
    bob   -> ACK
"""
TARGET_ANSWERS = """
    carol <- INVITE [alice]
    carol -> 200 [carol]
    carol <- ACK
    alice <- INVITE [carol]
    alice -> 200 [alice]
    alice <- ACK
"""
WITH_DESK = "alice 1001, bob 1002, desk 1002, carol 1003, mallory 1004"
CONSULTS = """
    desk  -> INVITE 1003 [desk]
    carol <- INVITE [desk]
    carol -> 180
    desk  <- 180
"""
ANSWERS = """
    carol -> 200 [carol]
    carol <- ACK
    desk  <- 200 [carol]
    desk  -> ACK
"""


def up(by: str) -> str:
    """Call between Alice and Bob, started by `by`; Bob answers on the mobile phone, not on the desk phone."""
    if by == "alice":
        return UP.replace(
            "bob   -> 200", "desk  <- INVITE [alice]\n    desk  -> 180\n    alice <- 180\n    bob   -> 200"
        ).replace("alice <- 200", "desk  <- CANCEL\n    alice <- 200")
    return """
    bob   -> INVITE 1001 [bob]
    alice <- INVITE [bob]
    alice -> 200 [alice]
    alice <- ACK
    bob   <- 200 [alice]
    bob   -> ACK
    """


MOVED_TO_ROOM = """
    ! bob clicks to meet
    app   <- room [alice]
    app   <- room [bob]
    ! app 1 answers [room]
    alice <- INVITE [room]
    alice -> 200 [alice]
    alice <- ACK
    ! app 2 answers [room]
    bob   <- INVITE [room]
    bob   -> 200 [bob]
    bob   <- ACK
    ... 10 s
"""
CLICKED = """
    ! alice clicks to dial 1003
    app   <- waiting
    ! the app answers [ring]
    alice <- INVITE [ring]
      From: "Extension 1003" <sip:1003@acme.example>{*}
    alice -> 200 [alice]
    alice <- ACK
    app   <- ACK [alice]
    carol <- INVITE [alice]
      From: "Alice \\"Al\\" O\\\\Neill" <sip:1001@acme.example>{*}
    carol -> 180
"""
