"""A file is replaced in one step: whoever reads it meanwhile, or after a crash, has the old one or the new one."""

from pathlib import Path

import pytest

from cordiale.platform.replacing import replace_file, replacing


def test_the_file_is_the_old_one_until_the_new_one_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    replace_file(file, b"old")
    with replacing(file) as out:
        out.write(b"new")
        assert file.read_bytes() == b"old"
    assert file.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["rules.toml"]


def test_what_fails_leaves_the_file_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    replace_file(file, b"old")
    with pytest.raises(ValueError, match="half"), replacing(file) as out:
        out.write(b"ne")
        raise ValueError("half-way")
    assert file.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["rules.toml"]


def test_a_secret_is_nobody_else_s_from_its_first_byte_on(tmp_path: Path) -> None:
    file = tmp_path / "tls.key"
    with replacing(file, 0o600) as out:
        out.write(b"k")
        assert (tmp_path / "tls.key.new").stat().st_mode & 0o077 == 0
    assert file.stat().st_mode & 0o777 == 0o600
