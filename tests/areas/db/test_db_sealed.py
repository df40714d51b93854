"""Sealing and opening: only the right row, subject, tenant and purpose."""

import traceback
from collections.abc import Iterable
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sealed_models import FRIEND, NOTE, UNRELATED, FriendPart, FriendRow, NotePart
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError, StatementError

from unificx.core.access import Access, NoPurpose, stating
from unificx.db import Database, Erased, ErasedSubject, Key, SealedCodec, UnsealError
from unificx.db.sealed import WrongPurpose, length_prefixed
from unificx.privacy import KeyStore

ANA = FriendPart(name="Ana Quokka", numbers=("+4930123456", "1001"))


def sealed(keys: KeyStore, *, subject: str = "ana", row: str = "row-1", tenant: str = "one") -> bytes:
    return FRIEND.seal(keys, tenant, [(subject, row, ANA)])[0]


@pytest.mark.promise("T2")
def test_a_sealed_part_opens_for_its_purpose(keys: KeyStore) -> None:
    ben = FriendPart(name="Ben", numbers=())
    blobs = FRIEND.seal(keys, "one", [("ana", "row-1", ANA), ("ben", "row-2", ben)])
    assert not any(b"Quokka" in blob or b"4930" in blob for blob in blobs)
    rows = [("ana", "row-1", blobs[0]), ("ben", "row-2", blobs[1])]
    with stating(Access("telephony", "ana")):
        assert FRIEND.open(keys, "one", rows) == [ANA, ben]


@pytest.mark.promise("T2")
def test_the_length_of_a_sealed_part_does_not_tell_names_apart(keys: KeyStore) -> None:
    parts = [FriendPart(name=name, numbers=("1001",)) for name in ("", "Al", "Alexandrina", "Ömer")]
    blobs = [FRIEND.seal(keys, "one", [("ana", "row-1", part)])[0] for part in parts]
    [length] = {len(blob) for blob in blobs}
    assert (length - 15 - 16) % 64 == 0, "header and tag are not padded"
    assert len(FRIEND.seal(keys, "one", [("ana", "row-1", FriendPart("A" * 64, ()))])[0]) == length + 64
    rows = [("ana", "row-1", blob) for blob in blobs]
    assert FRIEND.open(keys, "one", rows) == parts


def test_equal_values_have_different_ciphertexts(keys: KeyStore) -> None:
    assert len({sealed(keys) for _ in range(100)}) == 100


def test_a_part_without_a_newer_optional_field_opens() -> None:
    """Missing optional fields are None; unknown fields of a later version are ignored."""
    key = Key(1, AESGCM(bytes(32)))

    class Keys:
        def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
            return dict.fromkeys(subjects, key)

    def opened(codec: SealedCodec[Any], table: str, column: str, text: bytes) -> Any:
        body = key.aead.encrypt(bytes(12), text, length_prefixed("one", "ana", "row-1", "1", table, column))
        return codec.open(Keys(), "one", [("ana", "row-1", b"\x01\x00\x01" + bytes(12) + body)])[0]

    assert opened(NOTE, "friend", "note", b"{}") == NotePart(text=None)
    assert opened(NOTE, "friend", "note", b'{"text":"a","later":1}') == NotePart(text="a")
    for wrong in (b'{"name":"Ana"}', b'{"name":1,"numbers":[]}', b"[]", b"no JSON"):
        with pytest.raises(UnsealError):
            opened(FRIEND, "friend", "sealed", wrong)


def test_none_and_empty_are_distinct(keys: KeyStore) -> None:
    for text in (None, "", "naïve ☎"):
        [blob] = NOTE.seal(keys, "one", [("ana", "row-1", NotePart(text=text))])
        assert NOTE.open(keys, "one", [("ana", "row-1", blob)]) == [NotePart(text=text)]


@pytest.mark.parametrize(
    "place",
    [
        pytest.param({"row": "row-2"}, id="another row"),
        pytest.param({"subject": "ben"}, id="another person"),
        pytest.param({"tenant": "two"}, id="another tenant"),
    ],
)
@pytest.mark.promise("T3")
def test_a_part_moved_to_another_row_person_or_tenant_does_not_open(keys: KeyStore, place: dict[str, str]) -> None:
    blob = sealed(keys)
    sealed(keys, **place)
    where = {"subject": "ana", "row": "row-1", "tenant": "one"} | place
    with pytest.raises(UnsealError):
        FRIEND.open(keys, where["tenant"], [(where["subject"], where["row"], blob)])


def test_a_part_moved_to_another_table_or_column_does_not_open(keys: KeyStore) -> None:
    with pytest.raises(UnsealError):
        UNRELATED.open(keys, "one", [("ana", "row-1", sealed(keys))])
    with pytest.raises(UnsealError):
        NOTE.open(keys, "one", [("ana", "row-1", sealed(keys))])


def test_length_prefixes_are_unambiguous() -> None:
    assert length_prefixed("ab", "c") != length_prefixed("a", "bc") != length_prefixed("a", "b", "c")


@pytest.mark.promise("T3")
def test_any_flipped_bit_or_truncation_is_detected(keys: KeyStore) -> None:
    blob = sealed(keys)
    for at in range(len(blob)):
        damaged = blob[:at] + bytes([blob[at] ^ 1 << at % 8]) + blob[at + 1 :]
        with pytest.raises(UnsealError):
            FRIEND.open(keys, "one", [("ana", "row-1", damaged)])
        with pytest.raises(UnsealError):
            FRIEND.open(keys, "one", [("ana", "row-1", blob[:at])])


@pytest.mark.promise("S3")
@pytest.mark.parametrize("purpose", ["directory", "billing", "history", None])
def test_without_a_declared_purpose_nothing_is_read(purpose: str | None) -> None:
    class NoKeys:
        def get(self, *_: Any, **__: Any) -> Any:
            raise AssertionError("a key was requested")

    stated = Access(purpose, "ana") if purpose else None
    with stating(stated), pytest.raises(WrongPurpose if stated else NoPurpose, match=r"friend\.sealed|state a purpose"):
        FRIEND.open(NoKeys(), "one", [("ana", "row-1", b"\x01")])


@pytest.mark.promise("R4")
def test_an_erased_subject_does_not_affect_others(keys: KeyStore) -> None:
    rows = [("ana", "row-1", sealed(keys)), ("ben", "row-2", sealed(keys, subject="ben", row="row-2"))]
    keys.destroy("one", "ana")
    assert FRIEND.open(keys, "one", rows) == [Erased(), ANA]
    with pytest.raises(ErasedSubject):
        sealed(keys)


def test_a_type_error_does_not_quote_the_value(keys: KeyStore) -> None:
    for wrong in (FriendPart(name=491234567, numbers=()), NotePart(text="491234567")):  # type: ignore[arg-type]
        with pytest.raises(TypeError) as fault:
            FRIEND.seal(keys, "one", [("ana", "row-1", wrong)])  # type: ignore[list-item]
        assert "491234567" not in "".join(traceback.format_exception(fault.value))


async def _with_friends(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(FriendRow.metadata.create_all)


@pytest.mark.promise("T2")
@pytest.mark.parametrize("value", ["491234567", b"491234567", 491234567])
async def test_the_column_rejects_plaintext_without_quoting_it(database: Database, value: Any) -> None:
    await _with_friends(database)
    row = {"id": "a", "tenant_id": "t", "subject_id": "491234567", "sealed": value}

    async def put() -> None:
        async with database.begin() as uow:
            await uow.session.execute(insert(FriendRow), [row])

    with pytest.raises(StatementError) as fault:
        await put()
    assert "unsealed value" in str(fault.value)
    assert "491234567" not in "".join(traceback.format_exception(fault.value))


async def test_a_failing_statement_hides_its_values(database: Database, keys: KeyStore) -> None:
    await _with_friends(database)
    row = {"id": "491234567", "tenant_id": "t", "subject_id": "ana", "sealed": sealed(keys)}

    async def put() -> None:
        async with database.begin() as uow:
            await uow.session.execute(insert(FriendRow), [row, row])

    with pytest.raises(IntegrityError) as fault:
        await put()
    assert "hidden due to hide_parameters" in str(fault.value)
    parameters = str(fault.value).split("[SQL:")[1]
    assert "491234567" not in parameters
