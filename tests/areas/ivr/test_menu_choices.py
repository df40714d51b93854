"""The meaning of entered digits, names on the keys of a telephone, and validation of menus."""

import pytest

from unificx.core.errors import Invalid
from unificx.ivr import MenuSettings, names, values
from unificx.ivr.choices import Go, More, choose
from unificx.routing import DestinationRef

SALES, NONE = DestinationRef("group", "6000"), frozenset[str]()
KEYS = {"1": SALES}
NUMBERS = frozenset({"10", "1001", "20"})


def dial(number: str) -> Go:
    return Go(DestinationRef("extension", number))


@pytest.mark.parametrize(
    ("digits", "numbers", "meaning"),
    [
        ("", NONE, "nothing"),
        ("1", NONE, Go(SALES)),
        ("2", NONE, "invalid"),
        ("#", NONE, "again"),
        ("*", NONE, "again"),
        ("1", NUMBERS, More(Go(SALES))),
        ("10", NUMBERS, More(dial("10"))),
        ("100", NUMBERS, More("invalid")),
        ("1001", NUMBERS, dial("1001")),
        ("2", NUMBERS, More("invalid")),
        ("20", NUMBERS, dial("20")),
        ("21", NUMBERS, "invalid"),
    ],
)
def test_digits_mean_a_key_or_an_extension(digits: str, numbers: frozenset[str], meaning: object) -> None:
    assert choose(digits, KEYS, numbers, nested=False) == meaning


def test_star_returns_to_the_menu_before_unless_it_has_a_destination() -> None:
    assert choose("*", KEYS, NONE, nested=True) == "back"
    assert choose("*", {"*": SALES}, NONE, nested=True) == Go(SALES)


@pytest.mark.parametrize(
    ("digits", "found"),
    [
        ("266", ["1001"]),  # Anna
        ("6855", ["1001"]),  # Müller, without the umlaut
        ("685537266", ["1001"]),  # family name first
        ("26626855", ["1001"]),
        ("234", ["1003"]),  # Bragi Ægisson
        ("237", ["1002"]),  # Berta
        ("2", []),
        ("999", []),
    ],
)
def test_names_are_found_by_their_keys(digits: str, found: list[str]) -> None:
    people = [
        names.Entry("1001", "Anna Müller"),
        names.Entry("1002", "Berta Groß"),
        names.Entry("1003", "Bragi Ægisson"),
    ]
    assert [each.number for each in names.find(digits, people)] == found


@pytest.mark.parametrize(
    "text", ["<speak>Hello</speak>", "Hello <break time='9s'/>", "{{ name }}", "&lt;x", " ", "x" * 1001]
)
def test_markup_and_texts_that_cannot_be_spoken_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        values.check_say(text)
    assert values.check_say("Sales & more:\n press 1") == "Sales & more: press 1"


def test_invalid_keys_and_settings_are_refused() -> None:
    for keys in ({"A": "extension:1001"}, {"11": "extension:1001"}, {"1": "extension 1001"}):
        with pytest.raises(Invalid) as fault:
            values.check_keys(keys)
        assert fault.value.field == "keys"
    for settings in (MenuSettings("fr"), MenuSettings(timeout=0.5), MenuSettings(attempts=9)):
        with pytest.raises(Invalid):
            values.check_settings(settings)
