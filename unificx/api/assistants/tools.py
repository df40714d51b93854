"""The tools that assistants have: which rights they need, what they ask, and what they answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from unificx.api.assistants.own_api import OwnApi
from unificx.api.schemas.core import REFERENCE
from unificx.identity import Action

MAX_ITEMS = 50
Answer = dict[str, Any]


class Question(BaseModel):
    """Arguments of a tool."""

    model_config = ConfigDict(extra="forbid")


class Search(Question):
    search: str = Field(default="", max_length=100, description="Part of a name, or the beginning of a number.")
    limit: int = Field(default=20, ge=1, le=MAX_ITEMS)


class History(Question):
    since: datetime | None = Field(default=None, description="Only calls from this time on (RFC 3339).")
    until: datetime | None = Field(default=None, description="Only calls before this time (RFC 3339).")
    outcome: Literal["answered", "missed", "busy", "declined", "unreachable", "failed", "cancelled"] | None = None
    extension: str | None = Field(default=None, max_length=64, pattern=REFERENCE, description="Number or id.")
    limit: int = Field(default=20, ge=1, le=MAX_ITEMS)


class OneQueue(Question):
    queue: str = Field(default="", max_length=64, pattern=r"^[A-Za-z0-9._-]*$", description="Number or id; empty: all.")


class Dial(Question):
    to: str = Field(max_length=64, description="The number to call.")


class Nothing(Question):
    """No arguments."""


@dataclass(frozen=True, slots=True)
class AssistantTool:
    """A tool. It is offered to keys that may do one of `needs`, and all of `needs_too`; with `acts` it changes
    something."""

    name: str
    title: str
    text: str
    needs: frozenset[Action]
    question: type[Question]
    answer: Callable[[OwnApi, Any], Awaitable[Answer]]
    acts: bool = False
    needs_too: frozenset[Action] = frozenset()

    def is_open_to(self, actions: frozenset[str]) -> bool:
        """Return whether a key with these permissions is offered the tool."""
        needed = self.needs_too | ({Action.ASSISTANT_ACTS} if self.acts else set())
        return bool(self.needs & actions) and needed <= actions


def _bounded(found: list[Answer], limit: int) -> Answer:
    return {"items": found[:limit], "more": len(found) > limit}


def _matches(entry: Answer, search: str) -> bool:
    wanted = search.casefold().strip()
    return wanted in entry["name"].casefold() or entry["number"].startswith(wanted)


async def _find_person(api: OwnApi, question: Search) -> Answer:
    found = [one for one in await api.items("/directory") if _matches(one, question.search)]
    return _bounded([{"name": one["name"], "number": one["number"]} for one in found], question.limit)


async def _who_is_available(api: OwnApi, question: Search) -> Answer:
    found = [one for one in await api.items("/presence") if one["state"] == "available" and not one["ringing"]]
    found = [{"name": one["name"], "number": one["number"]} for one in found if _matches(one, question.search)]
    return _bounded(found, question.limit)


async def _list_calls(api: OwnApi, question: Nothing) -> Answer:
    del question
    page = await api.get("/calls")
    names = ("id", "state", "caller", "callee", "started", "answered")
    return _bounded([{name: call[name] for name in names} for call in page["items"]], MAX_ITEMS)


async def _get_call_history(api: OwnApi, question: History) -> Answer:
    page = await api.get("/history", question.model_dump(mode="json", exclude_none=True))
    names = ("id", "direction", "outcome", "caller", "caller_name", "callee", "callee_name", "started", "talk_seconds")
    found = [{name: call[name] for name in names} for call in page["items"]]
    return {"items": found, "more": bool(page["next"])}


async def _queue_status(api: OwnApi, question: OneQueue) -> Answer:
    queues = [question.queue] if question.queue else [one["id"] for one in await api.items("/queues")]
    found: list[Answer] = []
    for queue in queues[:MAX_ITEMS]:
        live = await api.get(f"/queues/{queue}/live")
        states = [agent["state"] for agent in live["agents"]]
        found.append(
            {
                **{name: live[name] for name in ("name", "number", "answered", "abandoned", "service_level")},
                "waiting": len(live["waiting"]),
                "longest_wait_now": max((one["waited"] for one in live["waiting"]), default=0),
                "agents": {state: states.count(state) for state in sorted(set(states))},
            }
        )
    return {"items": found, "more": len(queues) > MAX_ITEMS}


async def _voicemail_summary(api: OwnApi, question: Nothing) -> Answer:
    del question
    messages = (await api.get("/voicemail"))["items"]
    unheard = [one for one in messages if one["heard"] is None]
    newest = max((one["created"] for one in messages), default=None)
    return {"messages": len(messages), "unheard": len(unheard), "newest": newest}


async def _place_call(api: OwnApi, question: Dial) -> Answer:
    return await api.post("/calls", {"to": question.to})


TOOLS = (
    AssistantTool(
        "find_person",
        "Find a person",
        "Find people of the organisation by name or number.",
        frozenset({Action.DIRECTORY}),
        Search,
        _find_person,
    ),
    AssistantTool(
        "who_is_available",
        "See who is available",
        "List people whose state is available at this moment.",
        frozenset({Action.DIRECTORY}),
        Search,
        _who_is_available,
    ),
    AssistantTool(
        "list_calls",
        "List live calls",
        "List the calls that are in progress in the organisation.",
        frozenset({Action.CALLS_READ}),
        Nothing,
        _list_calls,
    ),
    AssistantTool(
        "get_call_history",
        "Read the call history",
        "List finished calls, newest first: those of the organisation, or of the user alone, as the key allows.",
        frozenset({Action.HISTORY_READ, Action.OWN}),
        History,
        _get_call_history,
    ),
    AssistantTool(
        "queue_status",
        "See queues",
        "Count who waits in call queues and what their agents do, with the figures of today.",
        frozenset({Action.CALLS_READ}),
        OneQueue,
        _queue_status,
        needs_too=frozenset({Action.DIRECTORY}),
    ),
    AssistantTool(
        "voicemail_summary",
        "Count voicemail messages",
        "Count the voicemail messages of the user, never their contents.",
        frozenset({Action.OWN}),
        Nothing,
        _voicemail_summary,
    ),
    AssistantTool(
        "place_call",
        "Place a call",
        "Ring a telephone of the user, and call a number once it is answered.",
        frozenset({Action.OWN}),
        Dial,
        _place_call,
        acts=True,
    ),
)
