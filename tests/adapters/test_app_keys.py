"""Rotation of the master key in a whole installation."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from unificx.core.clock import SystemClock
from unificx.core.errors import StartupError
from unificx.integrations.dkim import DkimKey
from unificx.integrations.local_ca import KEY_FILES, ensure_certificates, is_plain_key
from unificx.privacy import load_master, master_key_file, read_sealed_file, write_sealed_file
from unificx.server.bootstrap import open_installation
from unificx.server.home_files import files_below, kind_of
from unificx.server.offline import offline_app
from unificx.server.paths import InstallationPaths, database_url
from unificx.server.sealed_home_files import DKIM_PURPOSE, SEALED_FILES, reseal_files
from unificx.server.settings import Settings, parse_bind
from unificx.server.tls import ServerTls

BASE = "http://unificx"


async def rotate(app: httpx.AsyncClient) -> None:
    status = (await app.post("/api/v1/key-rotation", json={"keys": "master"})).json()
    while status["running"]:
        await asyncio.sleep(0)
        status = (await app.get("/api/v1/key-rotation")).json()
    assert (status["failure"], status["former_master"]) == ("", False)


@pytest.mark.promise("T2", "T3")
async def test_the_master_key_is_rotated_while_the_installation_works(tmp_path: Path, sqlite_template: bytes) -> None:
    paths = InstallationPaths(tmp_path / "home")
    paths.home.mkdir(mode=0o700)
    paths.database.write_bytes(sqlite_template)
    key, names, secrets = master_key_file(paths.home, {}), [], []
    write_sealed_file(
        paths.dkim_key, load_master(paths.home, {}, create=True), DKIM_PURPOSE, DkimKey.create("pbx").stored()
    )
    for number in range(2):
        async with open_installation(paths, database_url(paths, {}), {}, SystemClock()) as container:
            if number == 0:
                await container.identity.initial_setup.create_operator()
                tenant = container.identity.directory.tenants()[0].id
                former = load_master(paths.home, {"UNIFICX_MASTER_KEY": key.read_text().strip()}, create=False)
            async with httpx.AsyncClient(transport=httpx.ASGITransport(offline_app(container)), base_url=BASE) as app:
                if number == 0:
                    await rotate(app)
                people = (await app.get("/api/v1/persons", params={"tenant": tenant})).json()
                names.append([each["email"] for each in people["items"]])
            secrets.append(container.derive_secret("TLS keys"))
    present = load_master(paths.home, {}, create=False)
    assert (len(key.read_text().split()), present.id == former.id) == (1, False)
    assert (names[0], secrets[0]) == (names[1], secrets[1])
    assert names[0]
    sealed = {path.name: path for _, path in files_below(paths.home) if path.name in SEALED_FILES}
    assert sealed.keys() == SEALED_FILES.keys()
    for name, path in sealed.items():
        read_sealed_file(path, present, SEALED_FILES[name])
        with pytest.raises(StartupError):
            read_sealed_file(path, former, SEALED_FILES[name])


def test_an_unknown_sealed_file_ends_no_rotation(tmp_path: Path) -> None:
    """Otherwise it could never be opened again."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "other.key").write_bytes(b"sealed")
    assert kind_of("other.key") is not None, "a backup would contain it"
    with pytest.raises(StartupError, match=r"other\.key belongs to no installation"):
        reseal_files(home, load_master(home, {}, create=True))


@pytest.mark.promise("T2", "T3")
async def test_private_keys_of_certificates_are_encrypted(tmp_path: Path, sqlite_template: bytes) -> None:
    """Also those that a former version stored as they are, and while other certificates are configured."""
    paths = InstallationPaths(tmp_path / "home")
    paths.tls.mkdir(mode=0o700, parents=True)
    paths.database.write_bytes(sqlite_template)
    keys = [paths.tls / name for name in KEY_FILES]
    former, given = (ensure_certificates(folder, [], SystemClock()) for folder in (paths.tls, tmp_path / "given"))
    plain, authority = [each.read_bytes() for each in keys], former.authority.read_bytes()
    bind = parse_bind("tcp", "127.0.0.1:0", "--http")
    settings = Settings(paths, bind, (bind,), (), database_url(paths, {}), ())
    async with open_installation(paths, settings.database, {}, SystemClock()) as container:
        ServerTls(replace(settings, certificates=given), container)
        assert [is_plain_key(each.read_bytes()) for each in keys] == [False, False]
        for key, content in zip(keys, plain, strict=True):
            key.write_bytes(content)
        for _ in range(2):  # the second start opens what the first has encrypted
            ServerTls(settings, container)
            assert [is_plain_key(each.read_bytes()) for each in keys] == [False, False]
        former.key.unlink()
        ServerTls(settings, container)
        assert [is_plain_key(each.read_bytes()) for each in keys] == [False, False]
        assert former.authority.read_bytes() == authority
    with pytest.raises(StartupError, match="cannot be read or made"):
        ensure_certificates(paths.tls, [], SystemClock(), "another password")
