"""Telephone numbers by the rules of a country: `routing.outbound.numbers`."""

import random

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from unificx.routing.outbound.numbers import (
    Emergency,
    PublicNumber,
    Short,
    display,
    is_country,
    normalise,
    parse_e164,
    stored_form,
)


@pytest.mark.parametrize(
    ("dialled", "country", "e164"),
    [
        ("030 1234567", "DE", "+49301234567"),
        ("+49 (0)30 123-4567", "DE", "+49301234567"),
        ("0049301234567", "DE", "+49301234567"),
        ("+49301234567", "US", "+49301234567"),
        ("011 49 30 1234567", "US", "+49301234567"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("1 202 555 0123", "US", "+12025550123"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("612 345 678", "ES", "+34612345678"),
    ],
)
def test_dialled_numbers_become_e164(dialled, country, e164):
    found = normalise(dialled, country)
    assert isinstance(found, PublicNumber)
    assert found.e164 == e164


@pytest.mark.parametrize(
    ("dialled", "country"),
    [
        ("1001", "DE"),  # an extension that does not exist
        ("1234567", "DE"),  # without area code
        ("0", "DE"),
        ("+", "DE"),
        ("+4930", "DE"),
        ("+99912345678", "DE"),
        ("0301234567890123456789", "DE"),
        ("030" + " " * 80 + "1234567", "DE"),
        ("*97", "DE"),
        ("sip:alice", "DE"),
        ("", "DE"),
        ("0301234567", ""),
    ],
)
def test_other_strings_are_no_number_outside(dialled, country):
    assert normalise(dialled, country) is None


@pytest.mark.parametrize(
    ("dialled", "country", "number"),
    [
        ("112", "DE", "112"),
        ("110", "DE", "110"),
        ("0112", "DE", "112"),
        ("+49112", "DE", "112"),
        ("911", "US", "911"),
        ("999", "GB", "999"),
        ("17", "FR", "17"),
    ],
)
def test_emergency_numbers_of_the_country(dialled, country, number):
    assert normalise(dialled, country) == Emergency(number)


def test_emergency_numbers_of_another_country_are_not_special():
    assert not isinstance(normalise("999", "DE"), Emergency)
    assert not isinstance(normalise("1120", "DE"), Emergency)


def test_short_numbers_have_their_price_class():
    assert normalise("116117", "DE") == Short("116117", "toll_free")


@pytest.mark.parametrize(
    ("e164", "country", "kind"),
    [
        ("+499001234567", "DE", "premium"),
        ("+49900123456789", "DE", "premium"),  # an exchange ignores the digits after the complete number
        ("+447012345678", "GB", "premium"),
        ("+491805123456", "DE", "shared_cost"),
        ("+498001234567", "DE", "toll_free"),
        ("+18765551234", "JM", "ordinary"),  # same calling code as the United States
        ("+12025550123", "US", "ordinary"),
        ("+19001234567", "ZZ", "ordinary"),
        ("+881612345678", "001", "ordinary"),
    ],
)
def test_country_and_kind(e164, country, kind):
    assert parse_e164(e164) == PublicNumber(e164, country, kind)


def test_only_international_format_is_e164():
    assert parse_e164("0301234567") is None
    assert parse_e164("+49 30 1234567") == PublicNumber("+49301234567", "DE", "ordinary")


def test_display_is_national_at_home_and_international_abroad():
    assert display("+49301234567", "DE") == "030 1234567"
    assert display("+49301234567", "FR") == "+49 30 1234567"
    assert display("withheld", "DE") == "withheld"


def test_countries():
    assert is_country("DE")
    assert not is_country("XX")
    assert not is_country("001")


def test_numbers_are_not_shown_in_logs():
    assert "1234567" not in repr(parse_e164("+49301234567"))


def test_parsing_by_prefix_equals_the_full_parser():
    numbers = random.Random(5)
    regions, compared = sorted(phonenumbers.SUPPORTED_REGIONS), 0
    for _ in range(700):
        country, type_ = numbers.choice(regions), numbers.choice((0, 1, 3, 4, 5))
        example = phonenumbers.example_number_for_type(numbers.choice([country, *regions]), type_)
        if example is None:
            continue
        at_home = phonenumbers.region_code_for_number(example) == country
        form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.E164
        text = "".join(each for each in phonenumbers.format_number(example, form) if each in "+0123456789")
        found = normalise(f"{text[:-2]}{numbers.randrange(100):02}", country)
        if isinstance(found, PublicNumber):
            compared += 1
            parsed = phonenumbers.parse(f"{text[:-2]}{found.e164[-2:]}", country)
            assert phonenumbers.format_number(parsed, PhoneNumberFormat.E164) == found.e164
            assert (phonenumbers.number_type(parsed) == PhoneNumberType.PREMIUM_RATE) <= (found.kind == "premium")
    assert compared > 300


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        *[
            (each, "+4930123456")
            for each in ("+4930123456", "004930123456", "030 123456", "4930123456", "(030) 123456")
        ],
        ("110", "110"),
        ("116117", "116117"),
        ("1001", ""),
        ("*97", ""),
        ("anonymous", ""),
        ("", ""),
    ],
)
def test_spellings_of_a_number_are_stored_alike(text: str, stored: str) -> None:
    assert stored_form(text, "DE") == stored
