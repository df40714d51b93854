"""Whoever stays in a call turns to somebody else: to an app, or to a leg that comes in another's place.

Each has an anchor of its own, named after the leg the caller turns to; the caller, by then always the one who stays, is
offered the new one as if for the first time.
"""

from dataclasses import replace

from unificx.calls.rules.causes import Cause
from unificx.calls.rules.descriptions import both_ways, without_ways
from unificx.calls.rules.renewal import renew
from unificx.calls.rules.states import Exchange, Moving, Renewal, TakingOver, Talking
from unificx.calls.rules.words import (
    CALLER,
    Accept,
    Action,
    AnswerMedia,
    Bye,
    Dial,
    MediaAnswered,
    MediaFailed,
    MediaOffered,
    NoteJoined,
    Offer,
    OfferMedia,
    RefuseOffer,
    ReleaseMedia,
    Swap,
)

Outcome = tuple[Talking, list[Action]]


def turned(state: Talking, leaving: str) -> Outcome:
    """See to it that who leaves is the callee, and what was under way is over.

    Whoever stays was most likely held by him who leaves, and said that he only listens. To who comes he may speak.
    """
    actions = interrupted(state)
    if leaving != CALLER:
        return replace(state, caller_sdp=both_ways(state.caller_sdp), exchange=None), actions
    swapped = replace(state, caller_sdp=both_ways(state.callee_sdp), callee_sdp=state.caller_sdp, exchange=None)
    return swapped, [*actions, Swap(state.callee)]


def refusal(exchange: Exchange, status: int) -> list[Action]:
    """What the side that offered is told, if it waits for an answer."""
    return [] if exchange.silent else [RefuseOffer(exchange.giver, status)]


def interrupted(state: Talking) -> list[Action]:
    """What has to be said because an exchange is broken off: its giver may come again."""
    exchange = state.exchange
    if isinstance(exchange, Exchange) and exchange.stage in ("offering", "asking", "answering"):
        return refusal(exchange, 491)
    return turn_away(state, Cause.FAILED)


def turn_away(state: Talking, cause: Cause) -> list[Action]:
    """Refuse who wanted to come in another's place."""
    exchange = state.exchange
    if not isinstance(exchange, TakingOver):
        return []
    return [Bye(exchange.leg, cause), ReleaseMedia(exchange.leg, final=False)]


# ---- to an app


def move(state: Talking, app: str) -> Outcome:
    """Let the caller talk with an app."""
    number = state.count + 1
    moved = replace(state, callee=app, callee_sdp=b"", exchange=Moving(number, "offering"), count=number)
    return moved, [OfferMedia(f"exchange:{number}", app, CALLER, without_ways(state.caller_sdp))]


def moving(state: Talking, exchange: Moving, event: MediaOffered | MediaAnswered | MediaFailed) -> Outcome:
    """The anchor replied."""
    match exchange.stage, event:
        case "offering", MediaOffered(_, sdp):
            return replace(state, exchange=replace(exchange, stage="calling")), [Dial(state.callee, sdp)]
        case _:
            return state, []


def app_answered(state: Talking, sdp: bytes) -> Outcome:
    """The app is there: now the caller is asked for the way to him."""
    exchange = state.exchange
    if not isinstance(exchange, Moving) or exchange.stage != "calling" or not sdp:
        return state, []
    return met(replace(state, callee_sdp=sdp))


def met(state: Talking) -> Outcome:
    """The callee answered what was offered in the caller's name: that goes to the anchor, then the caller is asked."""
    number = state.count + 1
    state = replace(state, exchange=Renewal(number, "answering", state.callee), count=number)
    return state, [AnswerMedia(f"exchange:{number}", state.callee, state.callee, state.callee_sdp)]


# ---- to a leg that comes


def take_over(state: Talking, leg: str, sdp: bytes) -> Outcome:
    """Offer the caller what the one sent who comes."""
    number = state.count + 1
    state = replace(state, exchange=TakingOver(number, "offering", leg, sdp), count=number)
    return state, [OfferMedia(f"exchange:{number}", leg, leg, sdp)]


def taking_over(state: Talking, exchange: TakingOver, event: MediaOffered | MediaAnswered | MediaFailed) -> Outcome:
    """The anchor replied."""
    match exchange.stage, event:
        case "offering", MediaOffered(_, sdp):
            return replace(state, exchange=replace(exchange, stage="asking")), [Offer(CALLER, sdp)]
        case "answering", MediaAnswered(_, sdp):
            gone = state.callee
            state = replace(
                state, callee=exchange.leg, caller_sdp=exchange.answer, callee_sdp=exchange.sdp, exchange=None
            )
            goodbye = [Bye(gone, Cause.HUNG_UP), ReleaseMedia(gone, final=False)]
            return state, [NoteJoined(exchange.leg), Accept(sdp, exchange.leg), *goodbye]
        case _, MediaFailed(_, theirs):
            return kept(state, exchange, Cause.NO_COMMON_MEDIA if theirs else Cause.NO_MEDIA)
        case _:
            return state, []


def kept(state: Talking, exchange: TakingOver, cause: Cause) -> Outcome:
    """Whoever came does not come after all: a caller who was offered his way already is brought back."""
    actions = turn_away(state, cause)
    state = replace(state, exchange=None)
    if exchange.stage == "offering":
        return state, actions
    renewed, asks = renew(state)
    return renewed, [*actions, *asks]


def asked(state: Talking, exchange: TakingOver, leg: str, sdp: bytes) -> Outcome:
    """The caller answered, or (b"") refused."""
    if leg != CALLER or exchange.stage != "asking":
        return state, []
    if not sdp:
        return replace(state, exchange=None), turn_away(state, Cause.NO_COMMON_MEDIA)
    answering = replace(exchange, stage="answering", answer=sdp)
    ask = AnswerMedia(f"exchange:{exchange.number}", exchange.leg, CALLER, sdp)
    return replace(state, exchange=answering), [ask]
