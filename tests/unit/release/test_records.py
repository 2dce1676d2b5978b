"""Rules applied, acts, exceptions and decisions are on record, and a change of the log is found."""

from contextlib import closing

import msgspec
import pytest
import sqlalchemy as sa

from cordiale import release
from cordiale.platform.errors import Conflict, NotAllowed, NotFound
from cordiale.release import records
from cordiale.release.mandate import Act, Exemption
from cordiale.release.partnership import Query
from cordiale.store.connection import open_store
from tests.unit.release.given import NOW, RULES, TEXT, marking, rules

ACT = Act(
    "act-1", ("bravo", "nation:CCC"), "ada", NOW, ids=frozenset({"campaign--1", "campaign--2"}), until=NOW + 9
)
QUERY = Act("act-2", ("bravo",), "ada", NOW + 1, where=Query(type=("report",), marking=("tlp:*",)))


@pytest.fixture
def tx():
    with closing(open_store("memory://")) as store, store.write() as opened:
        records.metadata.create_all(opened.connection)
        yield opened


def test_the_rules_in_force_are_the_last_applied(tx):
    wider = rules(TEXT.replace('tlp = "amber"', 'tlp = "red"'))
    other = rules(TEXT.replace('partnership = "test"', 'partnership = "other"'))
    for number, applied in enumerate((RULES, wider, other)):
        records.apply_rules(tx, applied, "ada", NOW + number)
    found = records.current_rules(tx)
    assert {name: (a.rules, a.by, a.at) for name, a in found.items()} == {
        "test": (wider, "ada", NOW + 1),
        "other": (other, "ada", NOW + 2),
    }
    assert [a.rules.version for a in records.rules_history(tx, "test")] == [
        RULES.version,
        wider.version,
    ]


def test_an_act_is_read_as_it_was_recorded(tx):
    for act in (ACT, QUERY):
        records.record_act(tx, act, "for the exercise")
        assert records.read_act(tx, act.id) == act
    with pytest.raises(NotFound):
        records.read_act(tx, "act-9")


def test_acts_are_found_by_what_they_name_or_ask_for(tx):
    records.record_act(tx, ACT)
    records.record_act(tx, QUERY)
    about = records.acts_about(tx, ["campaign--1", "campaign--9"])
    assert about == [msgspec.structs.replace(ACT, ids=frozenset({"campaign--1"})), QUERY]
    assert records.acts_about(tx, ["campaign--9"]) == [QUERY]
    assert records.acts_about(tx) == [ACT, QUERY]
    assert records.acts_by_query(tx) == [QUERY]


def test_more_ids_than_a_statement_takes_are_asked_in_several(tx):
    many = frozenset(f"campaign--{n}" for n in range(1200))
    records.record_act(tx, msgspec.structs.replace(ACT, ids=many))
    assert records.acts_about(tx, many)[0].ids == many


def test_the_second_officer_is_another_one_and_comes_once(tx):
    records.record_act(tx, ACT)
    with pytest.raises(NotAllowed):
        records.confirm_act(tx, "act-1", "ada", NOW)
    assert records.confirm_act(tx, "act-1", "grace", NOW).second == "grace"
    assert records.read_act(tx, "act-1").second == "grace"
    with pytest.raises(Conflict):
        records.confirm_act(tx, "act-1", "margaret", NOW)


def test_a_withdrawn_act_counts_no_more(tx):
    records.record_act(tx, ACT)
    assert records.withdraw_act(tx, "act-1", "grace", NOW).withdrawn
    assert records.acts_about(tx) == []
    assert records.read_act(tx, "act-1").withdrawn


def test_exceptions_stand_until_they_are_lifted(tx):
    hold = Exemption("campaign--1", "bravo", "hold", "ada", NOW)
    consent = Exemption("campaign--2", "charlie", "consent-needed", "ada", NOW + 1, until=NOW + 5)
    assert [records.record_exception(tx, e) for e in (hold, consent)] == [1, 2]
    assert records.exceptions_about(tx, ["campaign--1"]) == [hold]
    assert records.exceptions_about(tx) == [hold, consent]
    assert records.lift_exceptions(tx, "campaign--1", "bravo", "grace", NOW) == 1
    assert records.exceptions_about(tx) == [consent]


def test_every_change_of_what_is_decided_by_changes_the_state(tx):
    seen = [records.state(tx)]
    for change in (
        lambda: records.apply_rules(tx, RULES, "ada", NOW),
        lambda: records.record_act(tx, ACT),
        lambda: records.confirm_act(tx, "act-1", "grace", NOW),
        lambda: records.withdraw_act(tx, "act-1", "grace", NOW),
        lambda: records.record_exception(tx, Exemption("campaign--1", "bravo", "hold", "ada", NOW)),
        lambda: records.lift_exceptions(tx, "campaign--1", "bravo", "ada", NOW),
    ):
        change()
        seen.append(records.state(tx))
    assert len(set(seen)) == len(seen)


VERDICTS = [records.Verdict(marking("tlp:amber", f"rel:X{n}"), "bravo", "v1", "passes") for n in range(3)]


def test_a_decision_is_logged_once(tx):
    assert records.log_decisions(tx, VERDICTS, NOW) == 3
    assert records.log_decisions(tx, [*VERDICTS, VERDICTS[0]], NOW + 1) == 0
    changed = msgspec.structs.replace(VERDICTS[0], rules_version="v2", recipient="charlie")
    assert records.log_decisions(tx, [changed], NOW + 2) == 1
    assert [v.marking for v in records.decisions(tx, "bravo")] == [v.marking for v in VERDICTS]
    assert records.decisions(tx)[-1] == msgspec.structs.replace(changed, at=NOW + 2)


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE release_decision SET code = 'held' WHERE number = 2",
        "UPDATE release_decision SET at = at + 1 WHERE number = 2",
        "DELETE FROM release_decision WHERE number = 1",
    ],
)
def test_an_altered_or_lost_line_of_the_decision_log_is_found(tx, tamper):
    records.log_decisions(tx, VERDICTS, NOW)
    assert records.first_broken_decision(tx) is None
    tx.run(tamper)
    assert records.first_broken_decision(tx) == 2


def test_the_migration_makes_the_tables_that_are_used(tx):
    from importlib import util
    from pathlib import Path

    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    path = Path(release.__file__).parent / "migrations" / "0001_release.py"
    spec = util.spec_from_file_location("release_0001", path)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    engine = sa.create_engine("sqlite://")
    with engine.begin() as fresh:
        context = MigrationContext.configure(fresh)
        with Operations.context(context):
            module.upgrade()
            assert compare_metadata(context, records.metadata) == []
            module.downgrade()
        assert sa.inspect(fresh).get_table_names() == []
    engine.dispose()
