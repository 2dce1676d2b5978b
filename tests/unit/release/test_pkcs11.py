"""A signing key in a hardware module: SoftHSM stands for one, and the egress process really signs with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cordiale.platform.errors import ConfigurationError, CordialeError, explain
from cordiale.release import pkcs11
from cordiale.release.egress.client import spawn_egress
from cordiale.release.keys import verify_ed25519, write_reference
from cordiale.release.segment import message
from tests import softhsm


@softhsm.needed
def test_the_egress_process_signs_with_a_key_that_it_cannot_take_out(tmp_path: Path) -> None:
    uri = softhsm.uri("signing")
    public = pkcs11.generate(uri)
    file = tmp_path / "signing.key"
    assert write_reference(file, uri) == public
    assert file.stat().st_mode & 0o077 == 0
    egress = spawn_egress(file)
    try:
        assert egress.public_key == public
        signature = egress.sign("checkpoint", b"how far we are")
    finally:
        egress.close()
    assert verify_ed25519(public, message("checkpoint", b"how far we are"), signature)

    import pkcs11 as module

    with module.lib(softhsm.MODULE).get_token(token_label="cordiale").open(user_pin="4711") as session:
        private = session.get_key(object_class=module.ObjectClass.PRIVATE_KEY, label="signing")
        with pytest.raises(module.PKCS11Error):
            _taken = private[module.Attribute.VALUE]
    with pytest.raises(ConfigurationError, match="name-taken"):
        pkcs11.generate(uri)


@softhsm.needed
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"token": "elsewhere"}, "NoSuchToken"),
        ({"module": "/nowhere/module.so"}, "cannot be used"),
        ({"pin": "/nowhere/pin"}, "pin-source"),
        ({}, "no-key"),
    ],
)
def test_what_is_wrong_with_the_module_is_named(changed: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=said):
        write_reference(tmp_path / "signing.key", softhsm.uri("nothing", **changed))
    assert not (tmp_path / "signing.key").exists()


@softhsm.needed
def test_a_pin_that_others_can_read_or_that_is_wrong_is_refused(tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text("4711")
    pin.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        pkcs11.public_key(softhsm.uri("signing", pin=str(pin)))
    file = tmp_path / "signing.key"
    file.write_text(softhsm.uri("signing", pin=str(pin)))
    file.chmod(0o600)
    pin.chmod(0o600)
    pin.write_text("0000")
    with pytest.raises(CordialeError, match="PinIncorrect"):
        spawn_egress(file)  # in a process of its own: within one, logging in once is for all


def test_a_uri_says_all_that_is_needed_and_never_the_pin() -> None:
    with pytest.raises(ConfigurationError, match="PIN must not stand"):
        pkcs11.read_uri("pkcs11:token=a;object=b?module-path=/m.so&pin-value=1234")
    with pytest.raises(CordialeError, match="module-path, pin-source, object"):
        pkcs11.read_uri("pkcs11:token=a")
    found = pkcs11.read_uri("pkcs11:token=My%20HSM;id=%01%FF?module-path=/m.so&pin-source=file:///etc/pin")
    assert (found.token, found.id, found.pin_source) == ("My HSM", b"\x01\xff", "/etc/pin")


def test_without_the_extra_the_message_holds_a_command_to_paste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(ConfigurationError) as refused:
        pkcs11.public_key("pkcs11:token=a;object=b?module-path=/m.so&pin-source=/pin")
    for language in ("en", "fr"):
        assert "pip install 'cordiale[pkcs11]'" in explain(refused.value, language)
