"""Copies in memory that are limited in number and in size."""

from unificx.core.recently_used import RecentlyUsed


def test_what_was_used_last_stays() -> None:
    values = RecentlyUsed[str, str](most=2, elements=100)
    for key in ("first", "second"):
        values.put(key, key)
    assert values.get("first") == "first"
    values.put("third", "third")
    assert values.all_keys() == ["first", "third"]
    values.drop("first")
    values.drop("unknown")
    assert (values.get("first"), values.all_keys()) == (None, ["third"])


def test_the_elements_of_all_values_are_limited_but_one_value_always_fits() -> None:
    values = RecentlyUsed[str, str](most=10, elements=5)
    for key, value in (("small", "12"), ("other", "123"), ("more", "1")):
        values.put(key, value)
    assert values.all_keys() == ["other", "more"]
    values.put("large", "1234567")
    assert values.all_keys() == ["large"]
    values.clear()
    assert values.all_keys() == []
