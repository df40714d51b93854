"""Rules of chat: what a client may send."""

from dataclasses import replace
from typing import Any

import pytest

from unificx.chat import Encrypted, NewMessage
from unificx.chat.checks import (
    CAPACITY,
    MAX_CIPHERTEXT,
    MAX_TEXT,
    checked_emoji,
    checked_message,
    checked_name,
    checked_text,
    count_message,
    matches,
    search_words,
)
from unificx.core.errors import Invalid


@pytest.mark.parametrize("text", ["Hello", "a\n\tb", "👩‍👩‍👧", "x" * MAX_TEXT, "  <script>  ", "שלום"])
def test_texts_are_stored_as_they_are(text: str) -> None:
    assert checked_text(text) == text


@pytest.mark.parametrize("text", ["", " \n", "x" * (MAX_TEXT + 1), "a\0b", "a\rb", "a\x1b[31m", "\ud800"])
def test_bad_texts_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_text(text)
    assert refused.value.field == "text"


@pytest.mark.parametrize("client_id", ["", "x" * 65, "a b", "é", "a\n", "a/b"])
def test_bad_client_ids_are_refused(client_id: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_message(NewMessage(client_id, "Hello"))
    assert refused.value.field == "client_id"


def test_mentions_are_limited() -> None:
    with pytest.raises(Invalid):
        checked_message(NewMessage("c-1", "Hello", mentions=tuple(map(str, range(51)))))


@pytest.mark.parametrize(
    "body", ["", "=", "YQ", "YQ=", "YQ==YQ==", "Y Q=", "Y-_=", "YWJj\n", "A" * (MAX_CIPHERTEXT + 4)]
)
def test_an_encrypted_body_is_base64_of_limited_length(body: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_message(NewMessage("c-1", "", encrypted=Encrypted(1, body)))
    assert refused.value.field == "encrypted"


@pytest.mark.parametrize("more", [{"text": "Hello"}, {"mentions": ("ada",)}, {"reply_to": "m1"}])
def test_an_encrypted_message_says_nothing_in_the_clear(more: dict[str, Any]) -> None:
    new = NewMessage("c-1", "", encrypted=Encrypted(1, "YWJj"))
    assert checked_message(new) == new
    with pytest.raises(Invalid) as refused:
        checked_message(replace(new, **more))
    assert refused.value.field == "encrypted"


@pytest.mark.parametrize(
    "emoji", ["👍", "❤️", "👩‍👩‍👧", "🇩🇪", "1️⃣", "👍🏽", "‼️", "⁉️", "↔️", "〰️", "ℹ️", "◽", "🏽", "\U0001fae9"]
)
def test_emoji(emoji: str) -> None:
    assert checked_emoji(emoji) == emoji


@pytest.mark.parametrize(
    "emoji", ["", "ok", "👍 ", "a👍", "1", "👍" * 17, "<", "1\ufe0f", "!\ufe0f", "‼", "ℹ", "é\ufe0f"]
)
def test_text_is_no_reaction(emoji: str) -> None:
    with pytest.raises(Invalid):
        checked_emoji(emoji)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 101])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        checked_name(name)


def test_the_limit_refills() -> None:
    count, sent = (), 0
    while True:
        [count], delay = count_message([count], 0.0)
        if delay:
            break
        sent += 1
    assert sent == CAPACITY
    assert count_message([count], delay)[1] == 0.0


@pytest.mark.parametrize("search", ["Müller-Lü", "lüden, ada", "Dr. Ad", "muller lud"])
def test_a_conversation_is_found_by_the_words_of_its_name(search: str) -> None:
    assert matches("Dr. Ada Müller-Lüdenscheidt 1001", search_words(search))


@pytest.mark.parametrize("search", ["Müller-Ben", "üller", "da"])
def test_a_conversation_is_not_found_by_other_words(search: str) -> None:
    assert not matches("Dr. Ada Müller-Lüdenscheidt 1001", search_words(search))
