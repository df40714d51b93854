"""Prompt sequences for numbers, counts, dates and times.

`language` is "en" or "de": English uses a 12-hour clock and "one hundred and one"; German a 24-hour clock and
"einhunderteins".
"""

from datetime import date, datetime, time
from typing import Literal

PromptNames = tuple[str, ...]
Noun = Literal["new-message", "old-message"]

PAUSE = "pause"
"""A pause between groups of digits, not speech."""
_MAX_NUMBER = 999_999
_SIGNS = {"+": "digit/plus", "*": "digit/star", "#": "digit/hash"}


def say_number(number: int, language: str) -> PromptNames:
    """A whole number; from a million on, digit by digit."""
    if number < 0:
        return ("number/minus", *say_number(-number, language))
    if number > _MAX_NUMBER:
        return say_digits(str(number))
    thousands, rest = divmod(number, 1000)
    names: PromptNames = ()
    if thousands:
        names = (*_below_thousand(thousands // 100, thousands % 100, language), "number/thousand")
        # "ein", not "eins", before "tausend": "one thousand" is one prompt, so that both languages are alike.
        names = (*names[:-2], "thousand/1") if thousands % 100 == 1 else names
    if rest or not thousands:
        after = language == "en" and bool(thousands) and rest < 100
        names += (*(("number/and",) if after else ()), *_below_thousand(rest // 100, rest % 100, language))
    return names


def say_digits(digits: str) -> PromptNames:
    """A phone number or code, digit by digit, with a pause after every third; unknown characters are skipped."""
    found = [
        _SIGNS.get(each, f"number/{each}") for each in digits if each in _SIGNS or (each.isdecimal() and each.isascii())
    ]
    names: list[str] = []
    for place, name in enumerate(found):
        if place and place % 3 == 0 and len(found) - place > 1:
            names.append(PAUSE)
        names.append(name)
    return tuple(names)


def say_count(number: int, noun: Noun, language: str) -> PromptNames:
    """A count with its noun: "one new message", "eine neue Nachricht"."""
    if number in (0, 1):
        return (f"count/{noun}-{'one' if number else 'none'}",)
    return (*say_number(number, language), f"count/{noun}-many")


def say_messages(new: int, old: int, language: str) -> PromptNames:
    """The message counts of a mailbox, as a sentence."""
    if not new and not old:
        return ("voicemail/no-messages",)
    news, olds = say_count(new, "new-message", language), say_count(old, "old-message", language)
    return ("voicemail/you-have", *news, "general/and", *olds) if old else ("voicemail/you-have", *news)


def say_time(moment: time, language: str) -> PromptNames:
    """A time of day, to the minute."""
    hour, minute = moment.hour, moment.minute
    if language == "de":
        return (f"clock/{hour}", f"number/{minute}") if minute else (f"clock/{hour}",)
    if not minute:
        return (f"clock/{hour}",)
    minutes = f"minute/{minute}" if minute < 10 else f"number/{minute}"
    return (f"number/{(hour - 1) % 12 + 1}", minutes, "time/am" if hour < 12 else "time/pm")


def say_date(day: date, today: date, language: str) -> PromptNames:
    """A date relative to today: "today", the weekday within the past week, or the date."""
    near = {0: "date/today", -1: "date/yesterday", 1: "date/tomorrow"}.get((day - today).days)
    if near is not None:
        return (near,)
    if -7 < (day - today).days < 0:
        return (f"weekday/{day.weekday()}",)
    names: PromptNames = (f"day/{day.day}", f"month/{day.month}")
    return names if day.year == today.year else (*names, *say_number(day.year, language))


def say_moment(moment: datetime, now: datetime, language: str) -> PromptNames:
    """A date and time, in the listener's time zone, that of `now`."""
    local = moment.astimezone(now.tzinfo)
    return (*say_date(local.date(), now.date(), language), "time/at", *say_time(local.time(), language))


def _below_thousand(hundreds: int, rest: int, language: str) -> PromptNames:
    names: PromptNames = (f"hundred/{hundreds}",) if hundreds else ()
    if rest or not hundreds:
        joined = language == "en" and bool(hundreds)
        names += (*(("number/and",) if joined else ()), f"number/{rest}")
    return names
