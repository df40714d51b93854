"""Key store: persistence, destruction, aliases, cache."""

import os
import sqlite3
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, StartupError
from unificx.db import ErasedSubject, Key
from unificx.privacy import KeyStore, MovedKeys
from unificx.privacy.cache import KeyCache
from unificx.privacy.key_file import KeysBusy
from unificx.privacy.key_wrapping import TenantSecret, unwrap, wrap

NONCE = b"n" * 12
MASTER = bytes(range(32))


@contextmanager
def opened(path: Path, clock: ManualClock, master: bytes = MASTER) -> Iterator[KeyStore]:
    store = KeyStore(path / "keys.db", master, clock)
    yield store
    store.close()


def encrypt_probe(key: Key | None) -> bytes:
    """Encrypt fixed bytes: equal results for equal keys."""
    assert key is not None
    return key.aead.encrypt(NONCE, b"fixed", b"")


def test_keys_are_created_on_request_only_and_survive_a_restart(tmp_path: Path, clock: ManualClock) -> None:
    with opened(tmp_path, clock) as keys:
        assert keys.get("one", ["ana"]) == {"ana": None}
        made = keys.get("one", ["ana", "ben"], create=True)
        other = keys.get("two", ["ana"], create=True)
        assert len({encrypt_probe(made["ana"]), encrypt_probe(made["ben"]), encrypt_probe(other["ana"])}) == 3
        assert encrypt_probe(keys.get("one", ["ana"])["ana"]) == encrypt_probe(made["ana"])
    with opened(tmp_path, clock) as keys:
        again = keys.get("one", ["ana", "ben", "cem"])
        assert (encrypt_probe(again["ana"]), encrypt_probe(again["ben"])) == (
            encrypt_probe(made["ana"]),
            encrypt_probe(made["ben"]),
        )
        assert again["cem"] is None


def test_many_subjects_at_once(tmp_path: Path, clock: ManualClock) -> None:
    names = [f"subject-{number}" for number in range(1700)]
    with opened(tmp_path, clock) as keys:
        made = keys.get("one", names, create=True)
    with opened(tmp_path, clock) as keys:
        again = keys.get("one", names)
        assert {name: encrypt_probe(key) for name, key in again.items()} == {
            name: encrypt_probe(key) for name, key in made.items()
        }


@pytest.mark.promise("R4")
def test_destroyed_key_is_never_created_again(tmp_path: Path, clock: ManualClock) -> None:
    with opened(tmp_path, clock) as keys:
        keys.get("one", ["ana", "ben"], create=True)
        keys.destroy("one", "ana")
        keys.destroy("one", "ana")
        keys.destroy("one", "unknown")
        for subject in ("ana", "unknown"):
            assert keys.get("one", [subject], create=True) == {subject: None}
            assert keys.is_destroyed("one", subject)
        assert keys.get("one", ["ben"])["ben"] is not None
    with opened(tmp_path, clock) as keys:
        assert keys.get("one", ["ana", "unknown"], create=True) == {"ana": None, "unknown": None}
        assert not keys.is_destroyed("one", "ben")


@pytest.mark.promise("R4")
def test_destroying_a_tenant_destroys_all_its_keys(tmp_path: Path, clock: ManualClock) -> None:
    with opened(tmp_path, clock) as keys:
        subject = keys.find_or_create("one", "number", "+491")
        keys.bind("installation", "email", "ana@example.com", subject)
        keys.get("two", ["ben"], create=True)
        keys.destroy_tenant("one")
        assert keys.get("one", [subject, "new"], create=True) == {subject: None, "new": None}
        assert keys.find("one", "number", "+491") is None
        assert keys.find("installation", "email", "ana@example.com") is None
        assert keys.is_destroyed("one", subject)
        with pytest.raises(ErasedSubject):
            keys.find_or_create("one", "number", "+492")
        assert keys.get("two", ["ben"])["ben"] is not None


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def wrapped_keys(folder: Path) -> dict[str, bytes]:
    with closing(sqlite3.connect(folder / "keys.db")) as db:
        return dict(db.execute("SELECT subject, wrapped FROM subject_key"))


@pytest.mark.promise("R4")
def test_files_contain_no_byte_of_a_destroyed_key(tmp_path: Path, clock: ManualClock) -> None:
    with opened(tmp_path, clock) as keys:
        keys.get("one", [f"subject-{number}" for number in range(300)], create=True)
        before = wrapped_keys(tmp_path)
        assert all(wrapped in contents(tmp_path) for wrapped in before.values())
        for number in range(0, 300, 3):
            keys.destroy("one", f"subject-{number}")
        bytes_now = contents(tmp_path)
        for number in range(300):
            # Any 16 of its 60 bytes would be a remnant.
            wrapped = before[f"subject-{number}"]
            traces = [wrapped[at : at + 16] in bytes_now for at in (0, 22, 44)]
            assert traces == [number % 3 != 0] * 3


def test_the_log_is_not_clear_while_another_process_reads_it(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unificx.privacy.key_file.ATTEMPTS", 1)
    with opened(tmp_path, clock) as keys, closing(sqlite3.connect(tmp_path / "keys.db")) as reader:
        keys.get("one", ["ana"], create=True)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM subject_key").fetchone()
        keys.destroy("one", "ana")
        with pytest.raises(KeysBusy):
            keys.file.clear_log()
        assert keys.get("one", ["ana"]) == {"ana": None}
        reader.execute("COMMIT")
        keys.file.clear_log()


def test_another_master_key_or_a_foreign_file_is_rejected(tmp_path: Path, clock: ManualClock) -> None:
    with opened(tmp_path, clock):
        pass
    with pytest.raises(StartupError, match="does not open the key store"):
        KeyStore(tmp_path / "keys.db", b"x" * 32, clock)
    (tmp_path / "keys.db").write_bytes(b"something else" * 1000)
    with pytest.raises(StartupError, match="damaged or is not a UnifiCX key store"):
        KeyStore(tmp_path / "keys.db", MASTER, clock)
    with pytest.raises(StartupError, match="cannot be opened"):
        KeyStore(tmp_path / "missing" / "keys.db", MASTER, clock)


class FakeKms:
    """Key management service: its key never leaves it, and it may be unavailable."""

    def __init__(self) -> None:
        self.inside = AESGCM(AESGCM.generate_key(256))
        self.id, self.ids = "kms", frozenset({"kms"})
        self.asked: list[tuple[str, ...]] = []
        self.away = False

    def wrap(self, key: bytes, *place: str) -> bytes:
        self.answer(place)
        return wrap(self.inside, key, *place)

    def unwrap(self, wrapped: bytes, *place: str) -> bytes:
        self.answer(place)
        return unwrap(self.inside, wrapped, *place)

    def derivation_root(self, proof: bytes, *place: str) -> bytes:
        return bytes(32)

    def require(self, key_id: str) -> None:
        assert key_id == self.id

    def read_again(self) -> bool:
        return False

    def answer(self, place: tuple[str, ...]) -> None:
        if self.away:
            raise StartupError("The key management service does not answer.")
        self.asked.append(place)


@pytest.mark.promise("T2")
def test_key_management_service_replaces_the_master_key(tmp_path: Path, clock: ManualClock) -> None:
    service = FakeKms()
    with closing(KeyStore(tmp_path / "keys.db", service, clock)) as keys:
        made = keys.get("one", ["ana"], create=True)["ana"]
        sealed = made.aead.encrypt(bytes(12), b"said", None)
    service.asked.clear()
    with closing(KeyStore(tmp_path / "keys.db", service, clock)) as keys:
        for _ in range(3):
            assert keys.get("one", ["ana"])["ana"].aead.decrypt(bytes(12), sealed, None) == b"said"
    assert service.asked == [("proof",), ("tenant", "one")]
    service.away = True
    with pytest.raises(StartupError, match="does not answer"):
        KeyStore(tmp_path / "keys.db", service, clock)
    with pytest.raises(StartupError, match="does not open"):
        KeyStore(tmp_path / "keys.db", FakeKms(), clock)


def test_file_is_readable_by_its_owner_only(tmp_path: Path, clock: ManualClock) -> None:
    with opened(tmp_path, clock) as keys:
        keys.get("one", ["ana"], create=True)
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_wrapped_key_is_bound_to_its_subject(tmp_path: Path, clock: ManualClock) -> None:
    with opened(tmp_path, clock) as keys:
        keys.get("one", ["ana", "ben"], create=True)
    with closing(sqlite3.connect(tmp_path / "keys.db")) as db, db:
        db.execute("UPDATE subject_key SET wrapped = (SELECT wrapped FROM subject_key WHERE subject = 'ana')")
    with opened(tmp_path, clock) as keys:
        assert keys.get("one", ["ana"])["ana"] is not None
        with pytest.raises(Exception) as fault:
            keys.get("one", ["ben"])
        assert type(fault.value).__name__ == "InvalidTag"


# Aliases


def test_value_is_bound_to_one_subject_per_tenant(keys: KeyStore) -> None:
    assert keys.find("one", "number", "+491") is None
    ana = keys.find_or_create("one", "number", "+491")
    assert keys.find_or_create("one", "number", "+491") == keys.find("one", "number", "+491") == ana
    assert keys.find_or_create("two", "number", "+491") != ana
    assert keys.find_or_create("one", "email", "+491") != ana
    assert keys.get("one", [ana])[ana] is not None


def test_binding_and_unbinding(keys: KeyStore) -> None:
    keys.get("one", ["ana"], create=True)
    keys.bind("one", "email", "ana@example.com", "ana")
    keys.bind("one", "email", "ana@example.com", "ana")
    with pytest.raises(Conflict) as fault:
        keys.bind("one", "email", "ana@example.com", "ben")
    assert "ana" not in fault.value.message
    keys.unbind("one", "email", "ana@example.com")
    keys.unbind("nobody", "email", "ana@example.com")
    assert keys.find("one", "email", "ana@example.com") is None
    keys.bind("one", "email", "ana@example.com", "ben")


def test_many_bindings_at_once_leave_those_of_others(keys: KeyStore) -> None:
    keys.get("one", ["ana", "ben", "eve"], create=True)
    keys.bind("one", "email", "ana@example.com", "ana")
    keys.bind_free("email", [("one", "ana@example.com", "ben"), ("one", "ben@example.com", "ben")])
    bound = [keys.find("one", "email", f"{name}@example.com") for name in ("ana", "ben")]
    assert bound == ["ana", "ben"]
    keys.destroy("one", "eve")
    with pytest.raises(ErasedSubject):
        keys.bind_free("email", [("one", "new@example.com", "ana"), ("one", "eve@example.com", "eve")])
    assert keys.find("one", "email", "new@example.com") is None, "all or none"


@pytest.mark.promise("R4")
def test_values_of_an_erased_subject_are_free_again(keys: KeyStore) -> None:
    first = keys.find_or_create("one", "number", "+491")
    keys.bind("installation", "email", "ana@example.com", first)
    assert keys.destroy("one", first) == 2
    assert keys.find("one", "number", "+491") is None
    assert keys.find("installation", "email", "ana@example.com") is None
    with pytest.raises(ErasedSubject):
        keys.bind("one", "email", "ana@example.com", first)
    assert keys.find_or_create("one", "number", "+491") != first


def test_alias_digests_require_the_tenant_key() -> None:
    one, two = TenantSecret(b"1" * 32), TenantSecret(b"2" * 32)
    digests = {
        one.alias_digest("number", "+491"),
        one.alias_digest("email", "+491"),
        two.alias_digest("number", "+491"),
    }
    assert len(digests) == 3
    assert one.alias_digest("number", "+491") in digests


def test_no_key_moves_to_a_tenant_that_was_erased_here(tmp_path: Path, clock: ManualClock) -> None:
    with opened(tmp_path, clock) as keys:
        keys.get("one", ["ana"], create=True)
        keys.destroy_tenant("one")
        moved, key = MovedKeys(keys, "one"), b64encode(bytes(32)).decode()
        for add in (moved.add_keys, moved.add_withdrawn_keys):
            with pytest.raises(Invalid, match="erased here"):
                add([["ben", 1, key]])
        assert keys.get("one", ["ana", "ben"], create=True) == {"ana": None, "ben": None}


def test_two_processes_agree(tmp_path: Path, clock: ManualClock) -> None:
    with opened(tmp_path, clock) as one, opened(tmp_path, clock) as two:
        assert encrypt_probe(one.get("t", ["ana"], create=True)["ana"]) == encrypt_probe(
            two.get("t", ["ana"], create=True)["ana"]
        )
        assert one.find_or_create("t", "number", "+491") == two.find_or_create("t", "number", "+491")
        two.destroy("t", "ben")
        assert one.get("t", ["ben"], create=True) == {"ben": None}


# The cache


def new_key() -> Key:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return Key(1, AESGCM(os.urandom(32)))


def test_cache_expires_entries_and_is_bounded() -> None:
    clock = ManualClock()
    cache = KeyCache(clock.monotonic, lifetime=10, size=3)
    for name in "abcd":
        cache.put(cache.current_epoch(), "t", name, new_key())
    assert [cache.get("t", name) is not None for name in "abcd"] == [False, True, True, True]
    clock.advance(10)
    assert cache.get("t", "d") is None


@pytest.mark.promise("R4")
def test_overlapping_read_does_not_restore_a_destroyed_key() -> None:
    cache = KeyCache(ManualClock().monotonic)
    reading = cache.current_epoch()
    cache.drop("t", "ana")
    cache.put(reading, "t", "ana", new_key())
    assert cache.get("t", "ana") is None
    reading = cache.current_epoch()
    cache.drop_tenant("t")
    cache.put(reading, "t", "ana", new_key())
    assert cache.get("t", "ana") is None


@pytest.mark.promise("R4")
@pytest.mark.parametrize("destroy", ["subject", "tenant"])
def test_overlapping_read_in_another_thread_does_not_restore_a_key(
    tmp_path: Path, clock: ManualClock, destroy: str
) -> None:
    """The key is destroyed after a reader has read the wrapped key and before it fills the cache."""
    with opened(tmp_path, clock) as keys:
        keys.get("t", ["ana"], create=True)
        keys._cache.drop("t", "ana")
        has_read, may_go_on = threading.Event(), threading.Event()
        read_rows = keys._rows

        def slow_rows(tenant: str, subjects: list[str]) -> dict[str, tuple[int, bytes | None, int]]:
            rows = read_rows(tenant, subjects)
            has_read.set()
            assert may_go_on.wait(10)
            return rows

        keys._rows = slow_rows  # type: ignore[method-assign]
        got: list[Key | None] = []
        reader = threading.Thread(target=lambda: got.append(keys.get("t", ["ana"])["ana"]))
        reader.start()
        assert has_read.wait(10)
        if destroy == "subject":
            keys.destroy("t", "ana")
        else:
            keys.destroy_tenant("t")
        may_go_on.set()
        reader.join(10)
        assert got[0] is not None, "what was read before the destruction may still be used once"
        assert keys.get("t", ["ana"]) == {"ana": None}


@pytest.mark.promise("D3", "R4")
@pytest.mark.parametrize("way", ["destroy", "remove", "destroy_tenant"])
def test_a_key_that_another_process_has_destroyed_is_not_taken_from_memory(
    tmp_path: Path, clock: ManualClock, way: str
) -> None:
    with opened(tmp_path, clock) as keys, opened(tmp_path, clock) as other:
        for each in (keys, other):
            assert all(each.get("one", ["ana", "ben"], create=True).values())
        if way == "destroy":
            other.destroy("one", "ana")
        elif way == "remove":
            other.remove("one", ["ana"])
        else:
            other.destroy_tenant("one")
        found = keys.get("one", ["ana", "ben"])
        assert (found["ana"], found["ben"] is not None) == (None, way != "destroy_tenant")
        if way == "destroy_tenant":
            assert keys.get("one", ["cem"], create=True) == {"cem": None}
            with pytest.raises(ErasedSubject):
                keys.find_or_create("one", "number", "+4930123456")


def test_a_destruction_in_another_program_is_noticed_by_the_next_use(tmp_path: Path, clock: ManualClock) -> None:
    program = (
        "import sys; from pathlib import Path; from unificx.core.clock import SystemClock; "
        "from unificx.privacy.keys import KeyStore; "
        f"keys = KeyStore(Path(sys.argv[1]), {MASTER!r}, SystemClock()); keys.destroy('one', 'ana'); keys.close()"
    )
    with opened(tmp_path, clock) as keys:
        assert keys.get("one", ["ana"], create=True)["ana"] is not None
        subprocess.run([sys.executable, "-c", program, tmp_path / "keys.db"], check=True)
        assert keys.get("one", ["ana"], create=True) == {"ana": None}


@contextmanager
def changed_commit(keys: KeyStore, before: Callable[[], None], after: Callable[[], None]) -> Iterator[None]:
    """Within transactions of the file, call `before` ahead of each commit and `after` right after it."""
    writing = keys.file.writing

    @contextmanager
    def changed() -> Iterator[sqlite3.Connection]:
        with writing() as db:
            yield db
            before()
        after()

    keys.file.writing = changed  # type: ignore[method-assign]
    yield
    keys.file.writing = writing  # type: ignore[method-assign]


def test_a_key_used_while_another_one_is_destroyed_stays_in_memory(tmp_path: Path, clock: ManualClock) -> None:
    """The keys of ended calls are destroyed in another thread, while calls use those of their parties."""
    with opened(tmp_path, clock) as keys, opened(tmp_path, clock) as other:
        ana = keys.get("one", ["ana", "ben", "cem"], create=True)["ana"]
        other.get("one", ["ana", "ben"])
        used: list[Key | None] = []
        with changed_commit(keys, lambda: None, lambda: used.append(keys.get("one", ["ana"])["ana"])):
            keys.remove("one", ["ben"])
        assert used[0] is ana is not None
        assert other.get("one", ["ben"]) == {"ben": None}
        other.remove("one", ["ana"])
        with changed_commit(keys, lambda: None, lambda: used.append(keys.get("one", ["ana"])["ana"])):
            keys.remove("one", ["cem"])
        assert used[1] is None, "of the two destructions since the last use, one was not its own"


def test_a_destruction_that_is_not_committed_does_not_hide_that_of_another_process(
    tmp_path: Path, clock: ManualClock
) -> None:
    def fail() -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with opened(tmp_path, clock) as keys, opened(tmp_path, clock) as other:
        keys.get("one", ["ana", "ben"], create=True)
        with changed_commit(keys, fail, lambda: None), pytest.raises(sqlite3.OperationalError):
            keys.remove("one", ["ben"])
        other.remove("one", ["ana"])
        assert keys.get("one", ["ana"]) == {"ana": None}


def test_own_destructions_and_new_keys_of_others_leave_the_memory_as_it_is(tmp_path: Path, clock: ManualClock) -> None:
    with opened(tmp_path, clock) as keys, opened(tmp_path, clock) as other:
        before = keys.get("one", ["ana"], create=True)["ana"]
        keys.destroy("one", "ben")
        other.get("one", ["cem"], create=True)
        assert keys.get("one", ["ana"])["ana"] is before
