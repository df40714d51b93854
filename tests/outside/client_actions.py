"""Call actions triggered in the client, beside the phone that carries the call."""

from contextlib import closing

from baresip_phone import Network
from recording_helpers import signed_in
from server import Login, Server


def transfer_call(server: Server, network: Network, by: Login, to: str) -> None:
    """Transfer the remote party of the only call to a number."""
    with network.inside(), closing(signed_in(server, by)) as client:
        [live] = client.get("/api/v1/me/calls").json()["items"]
        given = client.post(f"/api/v1/calls/{live['id']}/transfer", json={"to": to})
        assert given.status_code == 204, given.text
