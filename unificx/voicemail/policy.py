"""Rules for mailbox settings, greetings and the minimum message duration. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.presence import PresenceState
from unificx.voicemail.settings import (
    Greeting,
    GreetingKind,
    MailboxSettings,
    MailboxSettingsChange,
    VoicemailSettings,
    VoicemailSettingsChange,
)

MIN_SECONDS = 1.0
"""Seconds. Shorter messages are hang-ups."""
LONGEST_SECONDS = (10, 1800)
MOST_MESSAGES = (1, 1000)
RESTORABLE_DAYS = (0, 365)


def updated_settings(settings: VoicemailSettings, change: VoicemailSettingsChange) -> VoicemailSettings:
    """Return the settings with the change applied. Raises Invalid."""
    return VoicemailSettings(
        enabled=settings.enabled if change.enabled is None else change.enabled,
        longest_seconds=_within(change.longest_seconds, settings.longest_seconds, LONGEST_SECONDS, "longest_seconds"),
        most_messages=_within(change.most_messages, settings.most_messages, MOST_MESSAGES, "most_messages"),
        restorable_days=_within(change.restorable_days, settings.restorable_days, RESTORABLE_DAYS, "restorable_days"),
        keep_wav=settings.keep_wav if change.keep_wav is None else change.keep_wav,
        transcribe=settings.transcribe if change.transcribe is None else change.transcribe,
        mail_sound=settings.mail_sound if change.mail_sound is None else change.mail_sound,
    )


def updated_mailbox(settings: MailboxSettings, change: MailboxSettingsChange) -> MailboxSettings:
    """Return the mailbox settings with the change applied."""
    return replace(
        settings,
        enabled=settings.enabled if change.enabled is None else change.enabled,
        mail=settings.mail if change.mail is None else change.mail,
        mail_caller=settings.mail_caller if change.mail_caller is None else change.mail_caller,
        mail_sound=settings.mail_sound if change.mail_sound is None else change.mail_sound,
        has_pin=settings.has_pin if change.pin is None else bool(change.pin),
        transcribe=settings.transcribe if change.transcribe is None else change.transcribe,
    )


def greeting_for(
    greetings: Mapping[GreetingKind, Greeting], reason: str, now: datetime, state: PresenceState = "available"
) -> str | None:
    """The recording that greets a caller, or None for the standard greeting. `reason` is the outcome of the call,
    `state` the presence of the mailbox's owner.

    An unexpired temporary greeting takes precedence, then that of the state. A busy or declined call gets the busy
    greeting; without one, the no-answer greeting.
    """
    temporary = greetings.get("temporary")
    if temporary is not None and (temporary.until is None or now < temporary.until):
        return temporary.audio_id
    own = greetings.get(state) if state != "available" else None
    busy = greetings.get("busy") if reason in ("busy", "declined") else None
    chosen = own or busy or greetings.get("no_answer")
    return chosen.audio_id if chosen is not None else None


def _within(value: int | None, before: int, limits: tuple[int, int], field: str) -> int:
    if value is None:
        return before
    if not limits[0] <= value <= limits[1]:
        raise Invalid(Phrase("Must be between {} and {}.", *limits), field=field)
    return value
