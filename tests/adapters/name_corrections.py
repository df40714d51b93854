"""The correction of copies of names, which the server connects at its start."""

from types import SimpleNamespace

from http_world import World

from unificx.server.corrections import connect_corrections


def correct_copies_of_names(world: World) -> None:
    """Let changes of names in a world be carried into their copies."""
    connect_corrections(
        SimpleNamespace(  # pyright: ignore[reportArgumentType]
            clock=world.clock,
            keys=world.keys,
            outbox=world.outbox,
            identity=world.identity,
            rights=world.services.rights.requests,
        )
    )
