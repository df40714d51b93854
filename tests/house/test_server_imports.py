"""Modules that the processes of a server load at start: commands start at once, and rarely used libraries take no memory
before they are used."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.named_code import ROOT

SERVER_AVOIDS = (
    "alembic.command",
    "mako.template",
    "numpy._core",
    "rich",
    "jinja2.environment",
    "segno.encoder",
    "scim2_models",
    "mcp",
    "webauthn.helpers",
    "asyncpg.connection",
    "Crypto.Cipher",
    "puremagic.scanners",
    "authlib.oidc",
    "stdnum.iban",
    "pydoc",
    "unificx.cli.commands",
    "dns",
    "sqlalchemy.dialects.postgresql",
    "pydantic.v1.main",
)
MEDIA_WORKER_AVOIDS = ("asyncio", "pydantic", "sqlalchemy", "structlog", "unificx.media_worker.client", "numpy.random")
PHOTO_PROCESS_AVOIDS = ("asyncio", "sqlalchemy", "structlog", "unificx.attachments")
CLI_AVOIDS = ("fastapi", "pydantic", "sqlalchemy", "httpx")
FEW_SCHEMAS = 20
"""Schemas that may be built at the start of a server, of more than 600."""
PROGRAM = "import json, sys; import {}; print(json.dumps(list(sys.modules)))"
SERVER = """
import gc
import json
import sys
import unificx.server.server
loaded = list(sys.modules)

from pydantic import BaseModel
from sqlalchemy.orm import configure_mappers
from unificx.api.app import _routes

def subclasses(kind):
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)

models = [each for each in subclasses(BaseModel) if each.__module__.startswith("unificx.")]
built = sum("dependant" in vars(route) for route in _routes()), sum(each.__pydantic_complete__ for each in models)
configure_mappers()
gc.collect()
copies = sum(type(each).__name__ == "AnnotatedColumn" for each in gc.get_objects())
print(json.dumps([loaded, *built, copies]))
"""


@dataclass
class Server:
    """The modules of a server at its start, the routes and schemas that are built then, and the copies of columns that
    are left when SQLAlchemy has read its tables."""

    modules: list[str]
    routes: int
    schemas: int
    copies: int


@pytest.fixture(scope="module")
def server() -> Server:
    done = subprocess.run([sys.executable, "-c", SERVER], cwd=ROOT, capture_output=True, text=True, check=True)
    return Server(*json.loads(done.stdout))


@pytest.mark.parametrize(
    ("module", "avoided"),
    [
        ("unificx.server.main", CLI_AVOIDS),
        ("unificx.media_worker.process", MEDIA_WORKER_AVOIDS),
        ("unificx.integrations.photo_import.__main__", PHOTO_PROCESS_AVOIDS),
    ],
)
def test_rarely_used_modules_are_not_loaded(module: str, avoided: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(module)], cwd=ROOT, capture_output=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert module in loaded
    assert not [each for each in avoided if each in loaded]


def test_a_server_does_not_load_rarely_used_modules(server: Server) -> None:
    assert "unificx.server.server" in server.modules
    assert not [each for each in SERVER_AVOIDS if each in server.modules]


UP = """
import sys
from unificx.server.main import main

sys.argv[1:] = ["up", "--help"]
try:
    main()
finally:
    print(*sys.modules)
"""


def test_a_server_does_not_load_other_commands() -> None:
    done = subprocess.run([sys.executable, "-c", UP], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "unificx.cli.command" in loaded
    assert "unificx.cli.commands" not in loaded


FEW_COPIES = 200
"""Copies of columns, of more than 1,200, that may be left when SQLAlchemy has read the tables of a server."""


def test_columns_are_not_copied_at_the_start(server: Server) -> None:
    assert server.copies <= FEW_COPIES


def test_routes_and_schemas_are_not_built_at_the_start(server: Server) -> None:
    assert server.routes == 0
    assert server.schemas <= FEW_SCHEMAS


SERVED = """
import gc
import sys
from collections import Counter
from dataclasses import FrozenInstanceError
from unificx.core.access import Access
from unificx.server import main, server
from tests.house.test_server_imports import SERVER_AVOIDS

async def serve(*settings, **options):
    gc.unfreeze()
    kinds = [each for each in gc.get_objects() if issubclass(type(each), type)]
    names = Counter(f"{each.__module__}.{each.__qualname__}" for each in kinds)
    print(repr(access) == described)
    for change in (lambda: setattr(access, "purpose", "another"), lambda: delattr(access, "purpose")):
        try:
            change()
        except FrozenInstanceError:
            print("refused")
    print(*(each for each in SERVER_AVOIDS if each in sys.modules))
    print(*(name for name, number in names.items() if number > 1 and name.startswith("unificx.")))

server.serve = serve
access = Access("administration", "first start")
described = repr(access)
main.main()
"""


def test_replaced_classes_are_freed_at_the_start(tmp_path: Path) -> None:
    program = [sys.executable, "-c", SERVED, "up", "--home", str(tmp_path / "home")]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True\nrefused\nrefused\n\n\n"


def test_every_benchmark_can_be_loaded() -> None:
    names = sorted(path.stem for path in (ROOT / "bench").glob("*.py") if path.stem != "__init__")
    program = "".join(f"import bench.{name}\n" for name in names)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
