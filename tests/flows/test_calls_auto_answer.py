"""Calls that the phone answers by itself, as those of intercom and paging."""

from ladder import play


async def test_the_phone_of_a_page_answers_by_itself() -> None:
    world = await play("""
        alice 1001, bob 1002
        ! alice pages 1002
        app   <- paged
        ! the app answers [room]
        bob   <- INVITE [room]
          From: "Alice \\"Al\\" O\\\\Neill" <sip:1001@acme.example>{*}
          Call-Info: <sip:acme.example>;answer-after=0
          Alert-Info: <urn:alert:service:normal>;info=alert-autoanswer;delay=0
        bob   -> 200 [bob]
        bob   <- ACK
        app   <- ACK [bob]
        ! the app hangs up
        bob   <- BYE
        history <- answered 16 alice bob
        app   <- BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_an_intercom_call_has_one_record() -> None:
    """That of the call which the code makes, not that of the code."""
    world = await play("""
        alice 1001, bob 1002
        alice -> INVITE *43 [alice]
        app   <- echo [alice]
        ! the app answers [echo]
        alice <- 200 [echo]
        alice -> ACK
        ! alice pages 1002 by intercom
        app   <- paged
        ! the app answers [room]
        bob   <- INVITE [room]
        bob   -> 200 [bob]
        bob   <- ACK
        app   <- ACK [bob]
        bob   -> BYE
        app   <- BYE
        history <- answered 16 alice bob
        bob   <- 200 BYE
        alice -> BYE
        app   <- BYE
        alice <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}
    assert len(world.ended) == 1
