"""Settings: defaults, then the file, then the environment, then flags; nothing unknown is ignored."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cordiale.platform.configuration import Key, document, keys, load, with_store
from cordiale.platform.errors import ConfigurationError, explain


def write(folder: Path, toml: str) -> Path:
    """Write a configuration file and return it."""
    file = folder / "cordiale.toml"
    file.write_text(toml, encoding="utf-8")
    return file


def refusal(folder: Path, toml: str) -> str:
    """Return the sentence with which a file is refused."""
    with pytest.raises(ConfigurationError) as caught:
        load(write(folder, toml))
    assert explain(caught.value, "fr") != str(caught.value)
    return str(caught.value).replace(str(folder), "…")


def test_without_a_file_everything_has_a_default() -> None:
    settings = load(None)
    assert (settings.store.url, settings.serve.host, settings.limits.depth) == ("memory://", "127.0.0.1", 64)


def test_file_then_environment_then_flags(tmp_path: Path) -> None:
    file = write(tmp_path, "[serve]\nport = 1\n[log]\nlevel = 'debug'\n[exchange]\ntick_ms = 50\n")
    settings = load(
        file,
        {"CORDIALE_SERVE_PORT": "2", "CORDIALE_EXCHANGE_TICK_MS": "60", "PATH": "/bin"},
        {"serve.port": 3, "node.name": "can", "log.level": None},
    )
    assert (settings.serve.port, settings.exchange.tick_ms, settings.log.level, settings.node.name) == (
        3,
        60,
        "debug",
        "can",
    )
    assert settings.folder == tmp_path


def test_a_folder_means_its_file_and_its_database(tmp_path: Path) -> None:
    write(tmp_path, "")
    assert load(tmp_path).store.url == f"sqlite:///{tmp_path}/cordiale.db"


def test_the_store_may_be_one_line(tmp_path: Path) -> None:
    assert (
        load(write(tmp_path, 'store = "postgresql://h/d"\n[serve]\nport = 1\n')).store.url
        == "postgresql://h/d"
    )


def test_the_line_stands_beside_the_section_that_init_writes(tmp_path: Path) -> None:
    text = 'store = "postgresql://h/d"  # theirs\n' + document({"node.name": "can"})
    settings = load(write(tmp_path, text.replace("# text_index = true", "text_index = false")))
    assert (settings.store.url, settings.store.text_index) == ("postgresql://h/d", False)


def test_two_databases_are_refused_and_both_forms_are_named(tmp_path: Path) -> None:
    said = refusal(tmp_path, 'store = "postgresql://h/d"\n[store]\nurl = "memory://"\n')
    assert "`store` before the first section" in said
    assert "`url` below [store]" in said
    said = refusal(tmp_path, "store = 5\n")
    assert 'store = "URL"' in said
    assert "[store]" in said


def test_what_init_writes_of_a_store_is_the_line(tmp_path: Path) -> None:
    text = document({"node.name": "can", "store.url": "postgresql://h/d"})
    assert '\nstore = "postgresql://h/d"\n' in text
    assert tomllib.loads(text)["store"] == "postgresql://h/d"
    assert load(write(tmp_path, text)).store.url == "postgresql://h/d"


@pytest.mark.parametrize(
    "text",
    [
        "",
        document({}),
        document({"store.url": "postgresql://h/d", "node.name": "can"}),
        document({"store.url": "postgresql://h/d", "store.text_index": False}),
        'store = "postgresql://h/d"\n[store]\ntext_index = false\n',
        'store.url = "postgresql://h/d"\n[serve]\nport = 1\n',
    ],
)
def test_a_file_can_be_told_another_database(tmp_path: Path, text: str) -> None:
    before = load(write(tmp_path, text))
    after = load(write(tmp_path, with_store(text, "sqlite:////else.db")))
    assert after.store.url == "sqlite:////else.db"
    assert (after.store.text_index, after.node, after.serve) == (
        before.store.text_index,
        before.node,
        before.serve,
    )


def test_profiles_of_sources(tmp_path: Path) -> None:
    file = write(tmp_path, '[source.misp]\nmarking = "tlp:amber"\n[source.open-feed]\ntitle = "Open"\n')
    settings = load(file, {"CORDIALE_SOURCE_OPEN_FEED_MARKING": "tlp:clear"})
    assert settings.source["misp"].marking == "tlp:amber"
    assert (settings.source["open-feed"].title, settings.source["open-feed"].marking) == ("Open", "tlp:clear")


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("[node]\nnmae = 'x'", "…/cordiale.toml: there is no setting `node.nmae`. Did you mean `node.name`?"),
        ("[serv]\nport = 1", "…/cordiale.toml: there is no setting `serv.port`. Did you mean `serve.port`?"),
        ("[node]\nport = 1", "…/cordiale.toml: there is no setting `node.port`. Did you mean `serve.port`?"),
        ("[zzzz]", "…/cordiale.toml: there is no setting `zzzz`."),
        ("zzzz = 1", "…/cordiale.toml: there is no setting `zzzz`."),
        ("[source.a]\nmraking = ''", "…/cordiale.toml: there is no setting `source.a.mraking`. Did you mean `source.NAME.marking`?"),
        ("node = 1", "…/cordiale.toml: `node` is a section; write [node] and its settings below."),
        ("[serve]\nport = 'x'", "…/cordiale.toml: `serve.port` is 'x'; a whole number from 0 to 65535 is expected."),
        ("[serve]\nport = 65536", "…/cordiale.toml: `serve.port` is 65536; a whole number from 0 to 65535 is expected."),
        ("[serve]\nport = true", "…/cordiale.toml: `serve.port` is True; a whole number from 0 to 65535 is expected."),
        ("[serve]\nport = 1.0", "…/cordiale.toml: `serve.port` is 1.0; a whole number from 0 to 65535 is expected."),
        ("[store]\ntext_index = 1", "…/cordiale.toml: `store.text_index` is 1; true or false is expected."),
        ("[serve]\nhost = 1", "…/cordiale.toml: `serve.host` is 1; text in quotation marks is expected."),
        ("[log]\nlevel = 'loud'", "…/cordiale.toml: `log.level` is 'loud'; one of these is expected: debug, info, warning, error."),
        ("[log]\nlevel = []", "…/cordiale.toml: `log.level` is []; one of these is expected: debug, info, warning, error."),
        ("[node]\nname = 'A b'", "…/cordiale.toml: `node.name` is 'A b', which is not of the form it needs, such as can-cccs."),
        ("[limits]\nobject_bytes = 1", "…/cordiale.toml: `limits.object_bytes` is 1; a whole number, 1024 or more, is expected."),
    ],
)  # fmt: skip
def test_a_refusal_names_file_key_and_what_is_expected(tmp_path: Path, toml: str, sentence: str) -> None:
    assert refusal(tmp_path, toml) == sentence


def test_a_file_that_is_not_toml_is_named_with_its_line(tmp_path: Path) -> None:
    said = refusal(tmp_path, "[node]\nname = \n")
    assert "…/cordiale.toml is not valid TOML" in said
    assert "line 2" in said


def test_a_missing_file_says_how_to_make_a_node(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=f"cordiale init {tmp_path}"):
        load(tmp_path)


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cordiale.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path)


def test_the_environment_is_held_to_the_same(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"CORDIALE_SERVE_PROT.*CORDIALE_SERVE_PORT"):
        load(None, {"CORDIALE_SERVE_PROT": "1"})
    with pytest.raises(ConfigurationError, match=r"CORDIALE_SERVE_PORT: `serve.port` is 'x'"):
        load(None, {"CORDIALE_SERVE_PORT": "x"})
    assert load(None, {"CORDIALE_STORE_TEXT_INDEX": "no"}).store.text_index is False
    assert load(None, {"CORDIALE_NODE": "/x", "CORDIALE_TEST_ANY": "1"}).serve.port == load(None).serve.port


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    values = {
        "node.name": "can-cccs",
        "node.title": 'Centre "é" \\ \n',
        "serve.port": 9,
        "store.text_index": False,
    }
    settings = load(write(tmp_path, document(values)))
    assert (settings.node.name, settings.node.title) == (values["node.name"], values["node.title"])
    assert (settings.serve.port, settings.store.text_index) == (9, False)


def test_every_default_may_be_uncommented(tmp_path: Path) -> None:
    lines = [
        line.removeprefix("# ") if " = " in line and "`" not in line else line
        for line in document({}).partition("# A profile")[0].splitlines()
    ]
    assert load(write(tmp_path, "\n".join(lines))).limits == load(None).limits


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.name)
def test_every_setting_is_described_and_its_default_is_allowed(key: Key) -> None:
    assert key.says.description.endswith((".", "empty."))
    assert key.says.description[0].isupper() or key.says.description[0] == "`"
    assert key.says.pattern is None or key.says.example
    if not key.name.startswith("source."):
        load(None, {}, {key.name: key.default})


@example("node", "x")
@example("limits.", 5000)
@given(st.text(max_size=30), st.one_of(st.integers(), st.text(max_size=20), st.booleans(), st.none()))
def test_any_flag_is_taken_or_refused_in_words(name: str, value: object) -> None:
    try:
        load(None, {}, {name: value})
        said = "--"
    except ConfigurationError as error:
        said = str(error)
    assert said.startswith("--")
