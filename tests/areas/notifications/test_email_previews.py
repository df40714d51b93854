"""Previews of e-mails: each kind in each language, complete and as it is sent."""

from datetime import UTC, datetime
from email.headerregistry import Address

import pytest

from unificx.notifications import preview_email
from unificx.notifications.catalogue import EMAIL_KINDS, EmailKind
from unificx.notifications.email_composer import Email, compose_email
from unificx.notifications.email_texts import email_text
from unificx.notifications.policies.emails import LANGUAGES

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("kind", EMAIL_KINDS)
def test_each_kind_has_a_complete_preview_in_each_language(kind: EmailKind) -> None:
    previews = [preview_email(kind, language, "Acme Ltd", NOW) for language in LANGUAGES]
    assert previews[0].text != previews[1].text
    for language, preview in zip(LANGUAGES, previews, strict=True):
        assert preview.subject
        assert not {*"{}"} & {*preview.subject, *preview.text}
        assert "–" not in preview.subject, "an example for {detail} is missing"
        assert " –" not in preview.text.replace(" – ", ""), "an example for {detail} is missing"
        assert ("https://pbx.example.com/example" in preview.text) == bool(email_text(language, kind).action)


def test_a_preview_is_the_text_that_is_sent() -> None:
    email = Email("new_device", ("de",), "Ada Example", "ada@example.com", "Acme Ltd", detail="Firefox unter Windows")
    message = compose_email(email, Address("x", "x", "example.com"), "1", NOW)
    body = message.get_body(("plain",))
    assert body is not None
    preview = preview_email("new_device", "de", "Acme Ltd", NOW)
    assert (preview.subject, preview.text) == (message["Subject"], body.get_content().strip())
