"""Texts of numbers, dates and times in English and German, by prompt name."""

from typing import Final


def _split(text: str) -> list[str]:
    return text.split()


_EN_ONES = _split(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_EN_TENS = _split("twenty thirty forty fifty sixty seventy eighty ninety")
_EN_ORDINALS = _split(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
_EN_MONTHS = _split("January February March April May June July August September October November December")
_EN_WEEKDAYS = _split("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")

_DE_ONES = _split(
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn"
)
_DE_TENS = _split("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_DE_ORDINALS = _split(
    "ersten zweiten dritten vierten fünften sechsten siebten achten neunten zehnten elften zwölften dreizehnten "
    "vierzehnten fünfzehnten sechzehnten siebzehnten achtzehnten neunzehnten"
)
_DE_MONTHS = _split("Januar Februar März April Mai Juni Juli August September Oktober November Dezember")
_DE_WEEKDAYS = _split("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag")

NOUNS: Final[dict[str, dict[str, tuple[str, str, str]]]] = {
    "en": {
        "new-message": ("no new messages", "one new message", "new messages"),
        "old-message": ("no old messages", "one old message", "old messages"),
    },
    "de": {
        "new-message": ("keine neuen Nachrichten", "eine neue Nachricht", "neue Nachrichten"),
        "old-message": ("keine alten Nachrichten", "eine alte Nachricht", "alte Nachrichten"),
    },
}
"""Countable nouns: for none, for one, and after a number. German is in the accusative case, as after "Sie haben"."""


def english_number(number: int) -> str:
    """0 to 99."""
    if number < 20:
        return _EN_ONES[number]
    ten = _EN_TENS[number // 10 - 2]
    return ten if number % 10 == 0 else f"{ten}-{_EN_ONES[number % 10]}"


def german_number(number: int) -> str:
    """0 to 99."""
    if number < 20:
        return _DE_ONES[number]
    ten, one = _DE_TENS[number // 10 - 2], number % 10
    if one == 0:
        return ten
    return f"{'ein' if one == 1 else _DE_ONES[one]}und{ten}"


def _english_ordinal(number: int) -> str:
    """1 to 31, as in "the first of May"."""
    if number <= 20:
        return _EN_ORDINALS[number - 1]
    ten = _EN_TENS[number // 10 - 2]
    return f"{ten}-{_EN_ORDINALS[number % 10 - 1]}" if number % 10 else f"{ten[:-1]}ieth"


def _german_ordinal(number: int) -> str:
    """1 to 31, in the dative, as in "am ersten Mai"."""
    return _DE_ORDINALS[number - 1] if number < 20 else f"{german_number(number)}sten"


def vocabulary(language: str) -> dict[str, str]:
    """All texts by prompt name, in "en" or "de"."""
    found = _english() if language == "en" else _german()
    for noun, forms in NOUNS[language].items():
        found |= {f"count/{noun}-{form}": text for form, text in zip(("none", "one", "many"), forms, strict=True)}
    return found


def _english() -> dict[str, str]:
    found = {f"number/{number}": english_number(number) for number in range(100)}
    found |= {f"hundred/{number}": f"{english_number(number)} hundred" for number in range(1, 10)}
    found |= {"number/and": "and", "number/thousand": "thousand", "thousand/1": "one thousand", "number/minus": "minus"}
    found |= {"digit/plus": "plus", "digit/star": "star", "digit/hash": "hash"}
    found |= {f"day/{number}": f"on the {_english_ordinal(number)}" for number in range(1, 32)}
    found |= {f"month/{number}": f"of {month}" for number, month in enumerate(_EN_MONTHS, 1)}
    found |= {f"weekday/{number}": f"on {day}" for number, day in enumerate(_EN_WEEKDAYS)}
    found |= {"date/today": "today", "date/yesterday": "yesterday", "date/tomorrow": "tomorrow"}
    found |= {f"minute/{number}": f"oh {english_number(number)}" for number in range(1, 10)}
    found |= {f"clock/{hour}": f"{english_number(hour)} a m" for hour in range(1, 12)}
    found |= {f"clock/{hour}": f"{english_number(hour - 12)} p m" for hour in range(13, 24)}
    return found | {"clock/0": "midnight", "clock/12": "noon", "time/at": "at", "time/am": "a m", "time/pm": "p m"}


def _german() -> dict[str, str]:
    found = {f"number/{number}": german_number(number) for number in range(100)}
    found |= {f"hundred/{number}": f"{_german_before_noun(number)}hundert" for number in range(1, 10)}
    found |= {"number/thousand": "tausend", "thousand/1": "eintausend", "number/minus": "minus"}
    found |= {"digit/plus": "plus", "digit/star": "Stern", "digit/hash": "Raute"}
    found |= {f"day/{number}": f"am {_german_ordinal(number)}" for number in range(1, 32)}
    found |= {f"month/{number}": month for number, month in enumerate(_DE_MONTHS, 1)}
    found |= {f"weekday/{number}": f"am {day}" for number, day in enumerate(_DE_WEEKDAYS)}
    found |= {"date/today": "heute", "date/yesterday": "gestern", "date/tomorrow": "morgen"}
    found |= {f"clock/{hour}": f"{_german_before_noun(hour)} Uhr" for hour in range(24)}
    return found | {"time/at": "um"}


def _german_before_noun(number: int) -> str:
    """ "ein" instead of "eins" before a noun, as in "ein Uhr" and "einhundert"."""
    return "ein" if number == 1 else german_number(number)
