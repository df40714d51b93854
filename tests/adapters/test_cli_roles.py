"""Commands for custom roles."""

import asyncio
from collections.abc import Iterator

import pytest
from cli_home import CliHome, error_line
from http_world import World
from structlog.testing import capture_logs

from unificx.identity import GroupValues


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """The server runs in this process: its log lines would be among the output of the commands."""
    with capture_logs():
        yield


def test_a_role_is_made_given_withdrawn_and_deleted(home: CliHome) -> None:
    at = "--home", str(home.folder)
    assert "There are no roles yet." in home.run_text("role", "list")
    home.run_json("extension", "create", "--number", "1001", "--name", "Ada Example", "--email", "ada@example.com")
    made = home.run_json("role", "create", "--name", "Helpdesk", "--permissions", "people_read,phones_change")
    assert (made["name"], made["members"]) == ("Helpdesk", 0)
    assert set(made["permissions"]) == {"people_read", "phones_change"}
    assert home.run_json("role", "list") == [made]
    assert "No person has this role." in home.run_text("role", "members", "Helpdesk")

    given = home.run_json("role", "give", "Helpdesk", "ada@example.com")
    assert given["role"] == made["id"]
    assert [one["email"] for one in home.run_json("role", "members", made["id"])] == ["ada@example.com"]
    changed = home.run_json("role", "update", "Helpdesk", "--name", "Support", "--permissions", "phones_change")
    assert (changed["name"], changed["permissions"], changed["members"]) == ("Support", ["phones_change"], 1)

    assert "One person has this role" in error_line(home.run("role", "delete", "Support", *at))
    other = home.run_json("role", "create", "--name", "Reception", "--permissions", "phones_change")
    assert home.run_json("role", "delete", "Support", "--replacement", "Reception") == {"deleted": made["id"]}
    assert [one["email"] for one in home.run_json("role", "members", other["id"])] == ["ada@example.com"]
    home.run_json("role", "withdraw", "Reception", "ada@example.com")
    assert home.run_json("role", "members", "Reception") == []


def test_what_a_role_cannot_be_is_refused(home: CliHome) -> None:
    at = "--home", str(home.folder)
    create = "role", "create", "--name", "Helpdesk", "--permissions"
    # `installation` is a permission, but of operators: a role of an organisation cannot hold it.
    assert "installation" not in {one["name"] for one in home.run_json("role", "permissions")}
    for permission in ("everything", "installation"):
        assert error_line(home.run(*create, permission, *at))
    assert home.run_json("role", "list") == []
    home.run_json(*create, "phones_change")
    assert "Another role has this name" in error_line(home.run(*create, "phones_change", *at))
    assert "There is no such role" in error_line(home.run("role", "members", "Service desk", *at))


def test_groups_of_the_identity_provider_are_linked(home: CliHome) -> None:
    tenant = home.run_json("tenant", "show", "demo")["id"]

    async def provision(world: World) -> None:
        await world.identity.provisioned_groups.create(tenant, GroupValues("Service desk", "", frozenset()))

    asyncio.run(home.with_world(provision))
    home.run_json("role", "create", "--name", "Helpdesk", "--permissions", "people_read")
    assert home.run_json("role", "link", "helpdesk", "service DESK")["members"] == 0
    assert "Helpdesk" in home.run_text("role", "groups")
    assert home.run_json("role", "unlink", "Service desk")["role_id"] is None
    assert home.run_json("role", "groups")[0]["role"] == ""
    assert "There is no such group" in error_line(home.run("role", "unlink", "Sales", "--home", str(home.folder)))
