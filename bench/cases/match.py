"""Log records looked up among indicators: from Parquet and JSON lines, with ten thousand and a million of them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from bench import child, measure
from bench.figure import Figure

NAME = "match"
MANY: Final = 1_000_000
FEW: Final = 10_000
RECORDS: Final = 10_000_000
LINES: Final = 1_000_000
TARGET: Final = 500_000.0
TARGET_SHARE: Final = 0.6
TARGET_GROWTH: Final = 1.5
MOST_MB: Final = 2048.0

PIECE: Final = 250_000


def run(quick: bool) -> list[Figure]:
    """Measure in processes of their own, over records and indicators that are made up."""
    records, lines, many = (500_000, 100_000, 100_000) if quick else (RECORDS, LINES, MANY)
    with tempfile.TemporaryDirectory(prefix="bench-match-") as name:
        child.call("bench.cases.match:made", folder=name, records=records, lines=lines)
        child.call("bench.cases.match:parquet", folder=name, indicators=FEW, warm=True)  # compiles the loops
        few = child.call("bench.cases.match:parquet", folder=name, indicators=FEW)
        much = child.call("bench.cases.match:parquet", folder=name, indicators=many)
        json = child.call("bench.cases.match:json_lines", folder=name, indicators=many)
    label = f"{records:,} records, {many:,} mixed indicators"
    return [
        Figure(
            bench=NAME, metric=f"{label}: Parquet to what was seen of each", unit="records/CPU-s",
            ours=records / much["cpu"], target=TARGET, memory_mb=much["memory_mb"],
        ),
        Figure(
            bench=NAME, metric=f"cost of a record with {many:,} indicators as against {FEW:,}", unit="×", better="less",
            ours=much["cpu"] / few["cpu"], target=TARGET_GROWTH,
        ),
        Figure(
            bench=NAME, metric=f"{lines:,} JSON lines, {many:,} indicators: read and looked up", unit="records/CPU-s",
            ours=lines / json["cpu"], peer=lines / json["bare"], peer_name=f"bare decode ({json['decoder']}), the faster of orjson and msgspec",
            target=TARGET_SHARE * lines / json["bare"], memory_mb=json["memory_mb"],
        ),
        Figure(
            bench=NAME, metric=f"most memory, {label}", unit="MB", better="less",
            ours=max(much["memory_mb"], json["memory_mb"]), target=MOST_MB,
        ),
        Figure(
            bench=NAME, metric=f"the index of {many:,} values", unit="values/CPU-s", ours=many / much["index"],
        ),
    ]  # fmt: skip


def made(folder: str, records: int, lines: int) -> None:
    """Write records of a proxy: few addresses inside, many outside, names by popularity; the first of them as JSON too."""
    import numpy as np
    import orjson
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from cordiale.domains.cyber.logs.records import RECORDS as SCHEMA

    draw = np.random.default_rng(1)
    inside = _addresses(0x0A000000 + draw.integers(0, 5000, 5000))
    outside = _addresses(draw.integers(0x01000000, 0xDF000000, 300_000))
    hosts = pa.array(
        [f"{'www' if n % 3 else f'cdn{n % 97}'}.site{n}.example{n % 50}.com" for n in range(200_000)]
    )
    paths = pa.array([f"/assets/{n % 1000}/page{n}.html?id={n * 7}" for n in range(300_000)])
    agents = pa.array([f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{n}" for n in range(200)])
    done = 0
    with (
        pq.ParquetWriter(Path(folder) / "log.parquet", SCHEMA, compression="zstd") as writer,
        (Path(folder) / "log.jsonl").open("wb") as text,
    ):
        while done < records:
            count = min(PIECE, records - done)

            def popular(most: int, count: int = count) -> Any:
                return pa.array((draw.pareto(1.1, count) * 50).astype(np.int64) % most)

            host = hosts.take(popular(200_000))
            path = paths.take(pa.array(draw.integers(0, 300_000, count)))
            columns = {field.name: pa.nulls(count, field.type) for field in SCHEMA} | {
                "at": pa.array(1_772_323_200_000_000 + np.arange(done, done + count) * 1000).cast(
                    SCHEMA.field("at").type
                ),
                "src": inside.take(pa.array(draw.integers(0, 5000, count))),
                "dst": outside.take(popular(300_000)),
                "src_port": pa.array(draw.integers(1024, 65_535, count), pa.int32()),
                "dst_port": pa.repeat(pa.scalar(443, pa.int32()), count),
                "protocol": pa.repeat("tcp", count),
                "host": host,
                "url": pc.binary_join_element_wise(pa.scalar("http://"), host, path, ""),
                "user_agent": agents.take(popular(200)),
                "device": pa.repeat("proxy-1", count),
                "file": pa.repeat("log", count),
                "line": pa.array(np.arange(done + 1, done + count + 1)),
            }
            table = pa.table(columns, schema=SCHEMA)
            writer.write_table(table)
            for row in table.slice(0, max(0, min(count, lines - done))).to_pylist():
                said = {
                    "timestamp": row["at"].isoformat(), "src_ip": row["src"], "src_port": row["src_port"],
                    "dest_ip": row["dst"], "dest_port": 443, "proto": "tcp", "action": "TCP_MISS", "status": 200,
                    "bytes": row["line"] * 7 % 100_000, "host": row["host"], "url": row["url"], "method": "GET",
                    "user_agent": row["user_agent"], "sensor": "proxy-1", "duration": 0.25,
                }  # fmt: skip
                text.write(orjson.dumps(said) + b"\n")
            done += count


def watched(count: int) -> Any:
    """Return indicators' values: addresses, networks, names, URLs and digests; some of them are in the records."""
    import numpy as np
    import pyarrow as pa

    from cordiale.domains.cyber.matching.index import NEVER, VALUES

    draw = np.random.default_rng(7)
    numbers = draw.integers(0x01000000, 0xDF000000, count).tolist()
    kinds: list[str] = []
    values: list[str] = []
    for n, number in enumerate(numbers):
        address = f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        match n % 10:
            case 0 | 1 | 2:
                one = ("ipv4-addr", address)
            case 3:
                one = ("cidr", address.rpartition(".")[0] + ".0/24")
            case 4 | 5:
                one = ("domain-name", f"bad{n}.evil{n % 5000}.example")
            case 6 | 7:
                one = ("url", f"http://bad{n}.evil{n % 5000}.example/path{n}")
            case _:
                one = ("sha256", f"{n:064x}")
        kinds.append(one[0])
        values.append(one[1])
    for n in range(0, 2000, 40):
        kinds.append("domain-name")
        values.append(f"site{n}.example{n % 50}.com")
    columns = [np.arange(len(values), dtype=np.int32), kinds, values, np.full(len(values), NEVER)]
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, VALUES, strict=True)], schema=VALUES)


def parquet(folder: str, indicators: int, warm: bool = False) -> dict[str, Any]:
    """Match the records of a Parquet file as a dataset's are, on this machine."""
    import pyarrow.parquet as pq

    from cordiale.domains.cyber.matching.look import wanted
    from cordiale.domains.cyber.matching.stages import LOOKED_FOR, analysis, of
    from cordiale.evidence.engines.analysis import Rows
    from cordiale.evidence.engines.local import LocalEngine

    values = watched(indicators)
    with measure.spent() as built:
        of(values)
    path = Path(folder) / "log.parquet"
    rows = Rows((path,), pq.read_metadata(path).num_rows)
    with measure.spent() as used, tempfile.TemporaryDirectory(dir=folder) as work:
        seen = LocalEngine().run(
            analysis(columns=wanted(of(values))), {"rows": rows, LOOKED_FOR: values}, Path(work)
        )["seen"]
    assert seen.num_rows
    return {"cpu": used.cpu, "index": built.cpu, "memory_mb": measure.peak_mb()}


def json_lines(folder: str, indicators: int) -> dict[str, Any]:
    """Match a log of JSON lines as `cordiale cyber match` does, and decode the same lines and nothing more."""
    import msgspec
    import orjson
    import pyarrow as pa

    from cordiale.domains.cyber.logs.reading import read_file
    from cordiale.domains.cyber.matching.look import look, wanted
    from cordiale.domains.cyber.matching.profile import MATCH_1
    from cordiale.domains.cyber.matching.stages import of

    found = of(watched(indicators))
    path = Path(folder) / "log.jsonl"
    hits = 0
    with measure.spent() as used:
        for part in read_file(path, 0, only=wanted(found)).parts:
            assert isinstance(part, pa.Table)
            hits += look(part, found, MATCH_1).num_rows
    memory = measure.peak_mb()
    bare = {}
    with measure.spent() as spent, path.open("rb") as lines:
        for line in lines:
            orjson.loads(line)
    bare["orjson"] = spent.cpu
    decoder = msgspec.json.Decoder()
    with measure.spent() as spent, path.open("rb") as lines:
        for line in lines:
            decoder.decode(line)
    bare["msgspec"] = spent.cpu
    fastest = min(bare, key=lambda name: bare[name])
    return {"cpu": used.cpu, "bare": bare[fastest], "decoder": fastest, "memory_mb": memory}


def _addresses(numbers: Any) -> Any:
    import pyarrow as pa

    return pa.array([f"{n >> 24}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in numbers.tolist()])
