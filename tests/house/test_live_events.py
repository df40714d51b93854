"""Each live event that the server sends is described in the API and in docs/reference/api.md, and each event of a webhook
in docs/howto/integrations.md."""

import ast
from pathlib import Path

from tests.house.syntax import nodes
from unificx.api.live_event_types import LIVE_EVENTS
from unificx.api.schemas.webhooks import EventName
from unificx.webhooks import EVENT_TYPES, SOURCES

ROOT = Path(__file__).parents[2]
SENDERS = (*sorted((ROOT / "unificx/server").glob("*.py")), ROOT / "unificx/api/event_hub.py")


def sent_types() -> set[str]:
    """Return the values of `type` in the messages of the server."""
    found = {"ping", "signed_out"}
    for path in SENDERS:
        for node in nodes(path.read_text("utf-8")):
            if isinstance(node, ast.Dict):
                found |= {
                    value.value
                    for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant) and key.value == "type"
                    if isinstance(value, ast.Constant) and isinstance(value.value, str)
                }
    return found


def test_each_live_event_is_described() -> None:
    assert sent_types() == set(LIVE_EVENTS)
    page = (ROOT / "docs/reference/api.md").read_text("utf-8")
    assert [name for name in LIVE_EVENTS if f"\n| `{name}` |" not in page] == []


def test_each_webhook_event_is_described_and_has_a_source() -> None:
    assert set(SOURCES.values()) == set(EVENT_TYPES) == set(EventName.__args__)
    page = (ROOT / "docs/howto/integrations.md").read_text("utf-8")
    for name, each in EVENT_TYPES.items():
        noun, _, verb = name.partition(".")
        assert f"`{name}`" in page or (f"`{noun}." in page and f"`.{verb}`" in page), name
        assert each.description.endswith(".")
