"""What a segment signs, and that a signature for one purpose never serves another."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.platform.errors import ConfigurationError
from cordiale.release import merkle
from cordiale.release.keys import (
    ed25519_signer,
    keyed_signer,
    load_key,
    verify_ed25519,
    verify_keyed,
    write_key,
)
from cordiale.release.segment import (
    NO_PREVIOUS,
    SALT,
    SegmentHeader,
    header_bytes,
    header_hash,
    leaf,
    leaves,
    message,
    salts,
    verify_segment,
)

HEADER = SegmentHeader(
    pair="a>b", generation=1, first=1, last=2, previous=NO_PREVIOUS, root=bytes(32), cut_at=5, base_us=5,
    rules_version="r",
)  # fmt: skip
CHANGES = {"pair": "a>c", "generation": 2, "first": 2, "last": 3, "previous": b"\1" * 32, "root": b"\1" * 32,
           "cut_at": 6, "base_us": 6, "rules_version": "s"}  # fmt: skip


@pytest.mark.parametrize("field", HEADER.__struct_fields__)
def test_every_field_of_the_header_is_signed(field):
    signer = ed25519_signer(b"k" * 32)
    signature = signer.sign(message("segment", header_bytes(HEADER)))
    assert verify_segment(HEADER, signature, signer.public_key, verify_ed25519)
    other = msgspec.structs.replace(HEADER, **{field: CHANGES[field]})
    assert not verify_segment(other, signature, signer.public_key, verify_ed25519)
    assert header_hash(other) != header_hash(HEADER)


def test_the_canonical_header_is_this():
    assert header_bytes(msgspec.structs.replace(HEADER, root=b"\xab" * 32)) == (
        b'{"base_us":5,"cut_at":5,"first":1,"generation":1,"last":2,"pair":"a>b","previous":"' + b"00" * 32
        + b'","root":"' + b"ab" * 32 + b'","rules_version":"r"}'
    )  # fmt: skip


def test_a_signature_for_one_purpose_serves_no_other():
    signer = ed25519_signer(b"k" * 32)
    signature = signer.sign(message("receipt", b"x"))
    assert verify_ed25519(signer.public_key, message("receipt", b"x"), signature)
    assert not verify_ed25519(signer.public_key, message("recall", b"x"), signature)
    for purpose in ("", "a/b", "a\n", "é"):
        with pytest.raises(ValueError, match="not a purpose"):
            message(purpose, b"")


@given(st.binary(min_size=32, max_size=32), st.integers(1, 20))
def test_leaves_are_rfc_9162_leaves_under_salts_of_the_seed(seed, count):
    hashes = [bytes([n]) * 32 for n in range(count)]
    marks = [bytes([n + 1]) * 32 for n in range(count)]
    salt = salts(seed, count)
    found = leaves(seed, hashes, marks)
    for n in range(count):
        one = salt[n * SALT : n * SALT + SALT]
        assert found[n] == leaf(one, hashes[n], marks[n]) == merkle.leaf_hash(one + hashes[n] + marks[n])
    assert salts(seed, count + 1).startswith(salt)


def test_a_key_is_made_once_and_read_by_its_owner_only(tmp_path):
    path = tmp_path / "node.key"
    public = write_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path).public_key == public
    with pytest.raises(FileExistsError):
        write_key(path)
    path.chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        load_key(path)
    path.chmod(0o600)
    path.write_text("short")
    with pytest.raises(ConfigurationError, match="64 hexadecimal digits"):
        load_key(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_key(tmp_path / "none.key")


def test_the_simulated_signer_is_never_taken_for_a_real_one():
    signer = keyed_signer("alpha")
    signature = signer.sign(b"x")
    assert verify_keyed(signer.public_key, b"x", signature)
    assert not verify_keyed(signer.public_key, b"y", signature)
    assert not verify_ed25519(signer.public_key, b"x", signature)
    assert not verify_ed25519(b"short", b"x", b"y")
