"""A record of a log as every reader gives it and matching takes it: one row of a table."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from cordiale.desk.analysis.datasets import Kind

KIND: Final = "records"
"""What a dataset of records calls itself."""

VERSION: Final = 1
"""Of the columns below; a dataset says with which it was written."""

RECORDS = pa.schema(
    [
        pa.field("at", pa.timestamp("us", tz="UTC")),
        # addresses: who began, and what was reached
        pa.field("src", pa.string()),
        pa.field("dst", pa.string()),
        pa.field("src_port", pa.int32()),
        pa.field("dst_port", pa.int32()),
        pa.field("protocol", pa.string()),
        # a name that was asked for or reached: a DNS question, an HTTP host, the name in TLS
        pa.field("host", pa.string()),
        pa.field("url", pa.string()),
        pa.field("user_agent", pa.string()),
        # addresses and names that were answered (DNS) or passed through (e-mail)
        pa.field("answers", pa.list_(pa.string())),
        # addresses of e-mail: sender and recipients
        pa.field("mails", pa.list_(pa.string())),
        # digests of files in hexadecimal, of any algorithm
        pa.field("hashes", pa.list_(pa.string())),
        pa.field("file_name", pa.string()),
        pa.field("subject", pa.string()),
        pa.field("user", pa.string()),
        # which sensor, server or programme wrote the record
        pa.field("device", pa.string()),
        # the file the record stands in, and where: lines, or records where it has none, counted from 1
        pa.field("file", pa.string(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
    ]
)
"""Columns of a record; empty where the log does not say."""

DATASET = Kind(KIND, VERSION, RECORDS, time="at", span="day")
"""How a dataset of records is kept: partitioned by day."""
