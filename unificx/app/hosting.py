"""The call apps of an installation, and what runs them."""

from unificx.app.rooms import Rooms
from unificx.apps import ECHO, Beeps, Engine, Host, Registry, installed


def registry(rooms: Rooms) -> Registry:
    """Every app there is. Raises CannotStart if one of an installed package cannot be had."""
    return Registry((ECHO, *installed().values()), rooms.people.directory)


def host(rooms: Rooms, engine: Engine, apps: Registry) -> Host:
    """What runs them."""
    return Host(engine, Beeps(), rooms.clock, apps.apps)
