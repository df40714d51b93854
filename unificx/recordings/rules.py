"""What a mailbox may be set to, and when a message is worth keeping."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from unificx.kernel.errors import Invalid
from unificx.recordings.settings import BoxChange, BoxSettings, Greeting, GreetingKind, TenantChange, TenantSettings

SHORTEST = 1.0
"""Seconds: what is shorter is a handset put down."""
LONGEST_SECONDS = (10, 1800)
MOST_MESSAGES = (1, 1000)
RESTORABLE_DAYS = (0, 365)


def changed(settings: TenantSettings, change: TenantChange) -> TenantSettings:
    """The settings with the change made. Raises Invalid."""
    return TenantSettings(
        enabled=settings.enabled if change.enabled is None else change.enabled,
        longest_seconds=_within(change.longest_seconds, settings.longest_seconds, LONGEST_SECONDS, "longest_seconds"),
        most_messages=_within(change.most_messages, settings.most_messages, MOST_MESSAGES, "most_messages"),
        restorable_days=_within(change.restorable_days, settings.restorable_days, RESTORABLE_DAYS, "restorable_days"),
        keep_wav=settings.keep_wav if change.keep_wav is None else change.keep_wav,
        transcribe=settings.transcribe if change.transcribe is None else change.transcribe,
        mail_sound=settings.mail_sound if change.mail_sound is None else change.mail_sound,
    )


def changed_box(settings: BoxSettings, change: BoxChange) -> BoxSettings:
    """The same of one mailbox."""
    return replace(
        settings,
        enabled=settings.enabled if change.enabled is None else change.enabled,
        mail=settings.mail if change.mail is None else change.mail,
        mail_caller=settings.mail_caller if change.mail_caller is None else change.mail_caller,
        mail_sound=settings.mail_sound if change.mail_sound is None else change.mail_sound,
        has_pin=settings.has_pin if change.pin is None else bool(change.pin),
        transcribe=settings.transcribe if change.transcribe is None else change.transcribe,
    )


def greeting_for(greetings: Mapping[GreetingKind, Greeting], why: str, now: datetime) -> str | None:
    """Which recording greets a caller, None for the standard words. `why` is what became of his call.

    A temporary one goes before all others until its time is over. Who talks, or does not want to be called now, is
    busy; where there are no words of one's own for that, those for calls nobody takes are better than a stranger's.
    """
    temporary = greetings.get("temporary")
    if temporary is not None and (temporary.until is None or now < temporary.until):
        return temporary.audio_id
    busy = greetings.get("busy") if why in ("busy", "declined") else None
    chosen = busy or greetings.get("no_answer")
    return chosen.audio_id if chosen is not None else None


def _within(value: int | None, before: int, limits: tuple[int, int], field: str) -> int:
    if value is None:
        return before
    if not limits[0] <= value <= limits[1]:
        raise Invalid(f"Between {limits[0]} and {limits[1]}.", field=field)
    return value
