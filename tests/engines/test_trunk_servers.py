"""Order of a carrier's servers from SRV records."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from unificx.trunks.machine.servers import MAX_SERVERS, SrvRecord, merged, ordered

records = st.lists(
    st.builds(SrvRecord, st.integers(0, 3), st.integers(0, 100), st.integers(0, 65_535), st.sampled_from("abcdef")),
    max_size=12,
)


@given(records, st.randoms(use_true_random=False))
def test_every_usable_record_comes_once_in_order_of_priority(given_records: list[SrvRecord], random: Random) -> None:
    found = ordered(given_records, random.random)
    assert Counter(found) == Counter(one for one in given_records if one.port)
    assert [one.priority for one in found] == sorted(one.priority for one in found)


def test_the_first_server_is_chosen_in_proportion_to_the_weights() -> None:
    random, pair = Random(1), [SrvRecord(1, 300, 5060, "large"), SrvRecord(1, 100, 5060, "small")]
    first = Counter(ordered(pair, random.random)[0].target for _ in range(4_000))
    assert 0.68 < first["large"] / 4_000 < 0.82


def test_a_weight_of_zero_has_a_small_chance() -> None:
    pair = [SrvRecord(1, 0, 5060, "none"), SrvRecord(1, 9, 5060, "all")]
    assert ordered(pair, lambda: 0.0)[0].target == "none"
    assert ordered(pair, lambda: 0.2)[0].target == "all"
    assert [one.target for one in ordered(pair, lambda: 0.999_999)] == ["all", "none"]


def test_a_service_that_is_not_available_has_no_servers() -> None:
    assert ordered([SrvRecord(0, 0, 5060, ".")], lambda: 0.0) == []


def test_addresses_are_taken_once_and_are_bounded() -> None:
    assert merged([(["192.0.2.1", "2001:db8::1"], 5060), (["192.0.2.1"], 5060), (["192.0.2.1"], 5070)]) == (
        ("192.0.2.1", 5060),
        ("2001:db8::1", 5060),
        ("192.0.2.1", 5070),
    )
    assert len(merged([([f"192.0.2.{number}" for number in range(100)], 5060)])) == MAX_SERVERS
