"""The number proposed for a new extension."""

import pytest

from unificx.identity.policies.number_proposal import propose_number


@pytest.mark.parametrize(
    ("extensions", "others", "proposed"),
    [
        ([], [], "1001"),
        ([], ["1001", "1002"], "1003"),
        (["1001", "1002", "1003"], [], "1004"),
        (["1001", "1003", "1004"], [], "1005"),
        (["1001", "1002", "9000"], [], "1003"),
        (["20", "21", "1001"], [], "22"),
        (["110", "111"], [], "113"),
        (["1001", "1002"], ["1003"], "1004"),
        (["97", "98", "99"], [], "00"),
        ([f"{value:02}" for value in range(100)], [], ""),
    ],
)
def test_the_next_number_of_the_largest_block_is_proposed(
    extensions: list[str], others: list[str], proposed: str
) -> None:
    assert propose_number(extensions, [*extensions, *others]) == proposed
