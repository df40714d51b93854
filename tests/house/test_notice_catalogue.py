"""Everything that is sent to people by e-mail or push is in the catalogue of notices, with texts in each language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.syntax import nodes
from unificx.notifications.catalogue import CATALOGUE, EMAIL_KINDS, PUSH_KINDS
from unificx.notifications.email_texts import email_text
from unificx.notifications.policies.emails import LANGUAGES

PACKAGE = Path(__file__).parents[2] / "unificx"
SENDERS = {
    "compose_email": {
        "notifications/email_queue.py",
        "notifications/email_records.py",
        "notifications/email_previews.py",
    },
    "encrypt_message": {"notifications/push_sender.py"},
    "PushJob": {"notifications/push.py"},
    "EmailMessage": {"notifications/email_composer.py"},
}
"""Functions that make a message, and the modules that may call them: each takes a kind of the catalogue."""
CHANNELS = {
    "enqueue": ("email", {"notifications/email_queue.py", "notifications/service.py"}),
    "_send_email": ("email", {"notifications/service.py"}),
    "send_notice": ("push", None),
}
"""Functions whose literal kind has to have the channel."""


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls of a function or method of this name, by module."""
    for path in PACKAGE.rglob("*.py"):
        if name not in (text := path.read_text("utf-8")):
            continue
        for node in nodes(text):
            match node:
                case ast.Call(func=ast.Name(id=found) | ast.Attribute(attr=found)) if found == name:
                    yield str(path.relative_to(PACKAGE)), node
                case _:
                    pass


@pytest.mark.promise("U2")
@pytest.mark.parametrize("name", SENDERS)
def test_messages_are_made_at_one_place(name: str) -> None:
    assert {module for module, _ in calls(name)} == SENDERS[name]


@pytest.mark.promise("U2")
def test_each_kind_is_declared_with_its_channels() -> None:
    for name, (channel, modules) in CHANNELS.items():
        for module, call in calls(name):
            if modules is not None and module not in modules:
                continue
            for kind in (each.value for each in call.args if isinstance(each, ast.Constant)):
                if isinstance(kind, str) and re.fullmatch("[a-z_]+", kind):
                    assert channel in CATALOGUE[kind].channels, f"{module}: {kind}"  # type: ignore[index]
    assert all("email" in CATALOGUE[kind].channels for kind in EMAIL_KINDS)
    assert all(CATALOGUE[kind].channels == ("push",) for kind in PUSH_KINDS)
    assert all(
        ("webhook" in each.channels) == ("app" in each.channels)
        for each in CATALOGUE.values()
        if each.audience == "administrator"
    )


@pytest.mark.promise("U2")
def test_each_email_has_texts_and_is_sent_somewhere() -> None:
    literals = {
        node.value
        for path in PACKAGE.rglob("*.py")
        if path.name not in {"announcement_texts.py", "catalogue.py", "email_composer.py", "email_texts.py"}
        and path.parent.name != "policies"
        for node in nodes(path.read_text("utf-8"))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(EMAIL_KINDS) <= literals
    for language in LANGUAGES:
        for kind in EMAIL_KINDS:
            assert email_text(language, kind).subject
