"""A signing key in a hardware module: SoftHSM stands for one, and the egress process really signs with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordiale.platform.errors import ConfigurationError, CordialeError
from cordiale.release import pkcs11
from cordiale.release.egress.client import spawn_egress
from cordiale.release.keys import verify_ed25519, write_reference
from cordiale.release.segment import message

MODULES = [
    *Path("/usr/lib").glob("*/softhsm/libsofthsm2.so"),
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/local/lib/softhsm/libsofthsm2.so"),
]
MODULE = next((str(file) for file in MODULES if file.exists()), "")
needs_module = pytest.mark.skipif(
    not (MODULE and shutil.which("softhsm2-util")), reason="SoftHSM is missing: apt-get install softhsm2"
)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A token of its own, and the URI of a key that is made in it."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    (folder / "pin").write_text("4711\n")
    (folder / "pin").chmod(0o600)
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    subprocess.run(
        [
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "cordiale",
            "--pin",
            "4711",
            "--so-pin",
            "0815",
        ],
        check=True,
        capture_output=True,
    )
    yield uri(folder)
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def uri(folder: Path, **changed: str) -> str:
    parts = {"token": "cordiale", "object": "signing", "module": MODULE, "pin": f"{folder}/pin", **changed}
    return (
        f"pkcs11:token={parts['token']};object={parts['object']}"
        f"?module-path={parts['module']}&pin-source={parts['pin']}"
    )


@needs_module
def test_the_egress_process_signs_with_a_key_that_it_cannot_take_out(token: str, tmp_path: Path) -> None:
    public = pkcs11.generate(token)
    file = tmp_path / "signing.key"
    assert write_reference(file, token) == public
    assert file.stat().st_mode & 0o077 == 0
    egress = spawn_egress(file)
    try:
        assert egress.public_key == public
        signature = egress.sign("checkpoint", b"how far we are")
    finally:
        egress.close()
    assert verify_ed25519(public, message("checkpoint", b"how far we are"), signature)

    import pkcs11 as module

    with module.lib(MODULE).get_token(token_label="cordiale").open(user_pin="4711") as session:
        private = session.get_key(object_class=module.ObjectClass.PRIVATE_KEY, label="signing")
        with pytest.raises(module.PKCS11Error):
            _taken = private[module.Attribute.VALUE]
    with pytest.raises(ConfigurationError, match="name-taken"):
        pkcs11.generate(token)


@needs_module
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"token": "elsewhere"}, "NoSuchToken"),
        ({"object": "nothing"}, "no-key"),
        ({"module": "/nowhere/module.so"}, "cannot be used"),
        ({"pin": "/nowhere/pin"}, "pin-source"),
    ],
)
def test_what_is_wrong_with_the_module_is_named(
    token: str, changed: dict[str, str], said: str, tmp_path: Path
) -> None:
    folder = Path(pkcs11.read_uri(token).pin_source).parent
    with pytest.raises(ConfigurationError, match=said):
        write_reference(tmp_path / "signing.key", uri(folder, **changed))
    assert not (tmp_path / "signing.key").exists()


@needs_module
def test_a_pin_that_others_can_read_or_that_is_wrong_is_refused(token: str, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text("4711")
    pin.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        pkcs11.public_key(uri(tmp_path))
    pin.chmod(0o600)
    pin.write_text("0000")
    with pytest.raises(ConfigurationError, match="PinIncorrect"):
        pkcs11.public_key(uri(tmp_path))


def test_a_uri_says_all_that_is_needed_and_never_the_pin() -> None:
    with pytest.raises(ConfigurationError, match="PIN must not stand"):
        pkcs11.read_uri("pkcs11:token=a;object=b?module-path=/m.so&pin-value=1234")
    with pytest.raises(CordialeError, match="module-path, pin-source, object"):
        pkcs11.read_uri("pkcs11:token=a")
    found = pkcs11.read_uri("pkcs11:token=My%20HSM;id=%01%FF?module-path=/m.so&pin-source=file:///etc/pin")
    assert (found.token, found.id, found.pin_source) == ("My HSM", b"\x01\xff", "/etc/pin")
