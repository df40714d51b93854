"""Spoken numbers, counts, dates and times in both languages."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.prompts import prompt_texts, say_digits, say_messages, say_moment, say_number
from unificx.prompts.phrases.sequences import PAUSE, Noun, say_count, say_date, say_time

TEXTS = {language: prompt_texts(language) | {PAUSE: ","} for language in ("en", "de")}
NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""A Tuesday."""


def texts_of(keys: tuple[str, ...], language: str) -> str:
    return " ".join(TEXTS[language][key] for key in keys)


@pytest.mark.parametrize(
    ("number", "english", "german"),
    [
        (0, "zero", "null"),
        (1, "one", "eins"),
        (12, "twelve", "zwölf"),
        (16, "sixteen", "sechzehn"),
        (17, "seventeen", "siebzehn"),
        (20, "twenty", "zwanzig"),
        (21, "twenty-one", "einundzwanzig"),
        (30, "thirty", "dreißig"),
        (66, "sixty-six", "sechsundsechzig"),
        (77, "seventy-seven", "siebenundsiebzig"),
        (99, "ninety-nine", "neunundneunzig"),
        (100, "one hundred", "einhundert"),
        (101, "one hundred and one", "einhundert eins"),
        (345, "three hundred and forty-five", "dreihundert fünfundvierzig"),
        (1000, "one thousand", "eintausend"),
        (1001, "one thousand and one", "eintausend eins"),
        (1100, "one thousand one hundred", "eintausend einhundert"),
        (2026, "two thousand and twenty-six", "zwei tausend sechsundzwanzig"),
        (21_000, "twenty-one thousand", "einundzwanzig tausend"),
        (101_000, "one hundred and one thousand", "einhundert eintausend"),
        (999_999, "nine hundred and ninety-nine thousand nine hundred and ninety-nine",
         "neunhundert neunundneunzig tausend neunhundert neunundneunzig"),
        (1_000_000, "one zero zero , zero zero zero zero", "eins null null , null null null null"),
        (-7, "minus seven", "minus sieben"),
    ],
)  # fmt: skip
def test_number(number: int, english: str, german: str) -> None:
    assert texts_of(say_number(number, "en"), "en") == english
    assert texts_of(say_number(number, "de"), "de") == german


@pytest.mark.parametrize(
    ("count", "noun", "english", "german"),
    [
        (0, "new-message", "no new messages", "keine neuen Nachrichten"),
        (1, "new-message", "one new message", "eine neue Nachricht"),
        (2, "old-message", "two old messages", "zwei alte Nachrichten"),
        (21, "new-message", "twenty-one new messages", "einundzwanzig neue Nachrichten"),
    ],
)
def test_count(count: int, noun: Noun, english: str, german: str) -> None:
    assert texts_of(say_count(count, noun, "en"), "en") == english
    assert texts_of(say_count(count, noun, "de"), "de") == german


@pytest.mark.parametrize(
    ("new", "old", "english", "german"),
    [
        (0, 0, "You have no messages.", "Sie haben keine Nachrichten."),
        (1, 0, "You have one new message", "Sie haben eine neue Nachricht"),
        (0, 3, "You have no new messages and three old messages",
         "Sie haben keine neuen Nachrichten und drei alte Nachrichten"),
        (2, 1, "You have two new messages and one old message",
         "Sie haben zwei neue Nachrichten und eine alte Nachricht"),
    ],
)  # fmt: skip
def test_message_counts(new: int, old: int, english: str, german: str) -> None:
    assert texts_of(say_messages(new, old, "en"), "en") == english
    assert texts_of(say_messages(new, old, "de"), "de") == german


@pytest.mark.parametrize(
    ("moment", "english", "german"),
    [
        (time(0, 0), "midnight", "null Uhr"),
        (time(0, 5), "twelve oh five a m", "null Uhr fünf"),
        (time(1, 0), "one a m", "ein Uhr"),
        (time(1, 1), "one oh one a m", "ein Uhr eins"),
        (time(11, 59, 59), "eleven fifty-nine a m", "elf Uhr neunundfünfzig"),
        (time(12, 0), "noon", "zwölf Uhr"),
        (time(12, 30), "twelve thirty p m", "zwölf Uhr dreißig"),
        (time(13, 0), "one p m", "dreizehn Uhr"),
        (time(21, 21), "nine twenty-one p m", "einundzwanzig Uhr einundzwanzig"),
        (time(23, 10), "eleven ten p m", "dreiundzwanzig Uhr zehn"),
    ],
)
def test_time(moment: time, english: str, german: str) -> None:
    assert texts_of(say_time(moment, "en"), "en") == english
    assert texts_of(say_time(moment, "de"), "de") == german


@pytest.mark.parametrize(
    ("day", "english", "german"),
    [
        (date(2026, 11, 24), "today", "heute"),
        (date(2026, 11, 23), "yesterday", "gestern"),
        (date(2026, 11, 25), "tomorrow", "morgen"),
        (date(2026, 11, 22), "on Sunday", "am Sonntag"),
        (date(2026, 11, 18), "on Wednesday", "am Mittwoch"),
        (date(2026, 11, 17), "on the seventeenth of November", "am siebzehnten November"),
        (date(2026, 11, 26), "on the twenty-sixth of November", "am sechsundzwanzigsten November"),
        (date(2026, 3, 1), "on the first of March", "am ersten März"),
        (date(2026, 1, 3), "on the third of January", "am dritten Januar"),
        (date(2026, 5, 20), "on the twentieth of May", "am zwanzigsten Mai"),
        (date(2026, 7, 30), "on the thirtieth of July", "am dreißigsten Juli"),
        (date(2024, 12, 31), "on the thirty-first of December two thousand and twenty-four",
         "am einunddreißigsten Dezember zwei tausend vierundzwanzig"),
    ],
)  # fmt: skip
def test_date(day: date, english: str, german: str) -> None:
    assert texts_of(say_date(day, NOW.date(), "en"), "en") == english
    assert texts_of(say_date(day, NOW.date(), "de"), "de") == german


def test_moment_is_spoken_in_the_time_zone_of_the_listener() -> None:
    message = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert texts_of(say_moment(message, NOW, "en"), "en") == "yesterday at eleven thirty p m"
    there = NOW.astimezone(timezone(timedelta(hours=1)))
    assert texts_of(say_moment(message, there, "de"), "de") == "heute um null Uhr dreißig"


@pytest.mark.parametrize(
    ("digits", "english"),
    [
        ("1001", "one zero zero one"),
        ("+4930123456", "plus four nine , three zero one , two three four , five six"),
        ("*97#", "star nine seven hash"),
        ("(030) 12-3", "zero three zero , one two three"),
        ("", ""),
        ("٣anonymous", ""),
    ],
)
def test_digits(digits: str, english: str) -> None:
    assert texts_of(say_digits(digits), "en") == english


@given(
    st.integers(-2_000_000, 2_000_000),
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 1_000_000),
    st.sampled_from(get_args(Noun)),
    st.sampled_from(("en", "de")),
)
def test_every_sequence_has_texts(number: int, moment: datetime, old: int, noun: Noun, language: str) -> None:
    keys = (
        *say_number(number, language),
        *say_moment(moment, NOW, language),
        *say_count(abs(number), noun, language),
        *say_messages(abs(number), old, language),
    )
    assert not [key for key in keys if key not in TEXTS[language]]
