"""The call apps of an installation, and what runs them."""

from unificx.app.rooms import Rooms
from unificx.apps import ECHO, Engine, Host, Registry, hearing, installed, leaving
from unificx.prompts import Prompts


def registry(rooms: Rooms) -> Registry:
    """Every app there is. Raises CannotStart if one of an installed package cannot be had."""
    boxes, directory = rooms.mailboxes, rooms.people.directory
    ours = (ECHO, leaving(boxes), *hearing(boxes, directory))
    return Registry((*ours, *installed().values()), directory, boxes.takes_messages)


def host(rooms: Rooms, engine: Engine, apps: Registry) -> Host:
    """What runs them."""
    return Host(engine, Prompts(), rooms.clock, apps.apps)
