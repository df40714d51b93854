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
