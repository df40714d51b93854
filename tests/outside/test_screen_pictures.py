"""Screens look as in their reference pictures. `script/screenshots --references` takes those again."""

import shutil

import pytest
from client_pages import Clients
from screen_pictures import (
    COMPARED_LOOKS,
    DIFFERENCES,
    REFERENCES,
    TOLERATED_SHARE,
    Look,
    compare,
    compared_screens,
    take,
)


@pytest.mark.whole_browser
@pytest.mark.parametrize("look", COMPARED_LOOKS, ids=str)
def test_screens_look_as_in_their_pictures(clients: Clients, look: Look) -> None:
    """Pictures of a failed comparison stay in build/picture-differences."""
    client = clients(is_mobile=False, has_touch=False, service_workers="block")
    different = []
    for name in compared_screens(client.page, client.origin, look.language):
        file = f"{name}-{look}.png"
        share, description = compare(REFERENCES / file, take(client.page, look, DIFFERENCES / file))
        if share > TOLERATED_SHARE:
            different.append(f"{file} {share:.2%}: {description}")
        else:
            for each in DIFFERENCES.glob(f"{file.removesuffix('.png')}*"):
                each.unlink()
    assert not different, different


def test_comparison_finds_a_difference() -> None:
    one, other = REFERENCES / "portal-sign-in-390-light-en.png", REFERENCES / "app-sign-in-390-light-en.png"
    DIFFERENCES.mkdir(parents=True, exist_ok=True)
    taken = DIFFERENCES / "self-check.png"
    shutil.copy(other, taken)
    try:
        assert compare(one, one)[0] == 0
        assert compare(one, taken)[0] > TOLERATED_SHARE
    finally:
        for each in DIFFERENCES.glob("self-check*"):
            each.unlink()
