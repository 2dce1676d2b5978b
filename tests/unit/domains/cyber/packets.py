"""A recording of packets, made by hand: questions of DNS and requests of HTTP between invented machines."""

from __future__ import annotations

import struct
from ipaddress import ip_address
from pathlib import Path

HERE = "10.0.0.5"
"""The machine at home that asks."""


def question(name: str, number: int) -> list[bytes]:
    """Return a question of DNS for a name, from a port of its own."""
    asked = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
    message = struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + asked + struct.pack(">HH", 1, 1)
    datagram = struct.pack(">HHHH", 20_000 + number, 53, 8 + len(message), 0) + message
    return [_packet(HERE, "192.0.2.53", 17, datagram)]


def request(
    host: str, path: str, number: int, agent: str = "curl/8", there: str = "192.0.2.80"
) -> list[bytes]:
    """Return a request of HTTP with its handshake, from a port of its own."""
    port = 30_000 + number
    lines = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\n\r\n".encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"
    at, back = 1 + len(lines), 1 + len(answer)
    return [
        _segment(HERE, there, port, 80, 0, 0, 0x02),
        _segment(there, HERE, 80, port, 0, 1, 0x12),
        _segment(HERE, there, port, 80, 1, 1, 0x10),
        _segment(HERE, there, port, 80, 1, 1, 0x18, lines),
        _segment(there, HERE, 80, port, 1, at, 0x18, answer),
        _segment(HERE, there, port, 80, at, back, 0x11),
        _segment(there, HERE, 80, port, back, at + 1, 0x11),
        _segment(HERE, there, port, 80, at + 1, back + 1, 0x10),
    ]


def recorded(path: Path, packets: list[bytes]) -> Path:
    """Write packets as libpcap does, a millisecond apart."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 101)  # 101: IP without a frame around it
    for number, packet in enumerate(packets):
        out += struct.pack("<IIII", 1_769_817_600, number * 1000, len(packet), len(packet)) + packet
    path.write_bytes(out)
    return path


def _segment(
    source: str, target: str, port: int, to: int, at: int, seen: int, flags: int, data: bytes = b""
) -> bytes:
    head = struct.pack(
        ">HHIIBBHHH", port, to, 1000 + at, 5000 + seen if flags & 0x10 else 0, 5 << 4, flags, 8192, 0, 0
    )
    if target == HERE:
        head = struct.pack(">HHIIBBHHH", port, to, 5000 + at, 1000 + seen, 5 << 4, flags, 8192, 0, 0)
    return _packet(source, target, 6, head + data)


def _packet(source: str, target: str, protocol: int, content: bytes) -> bytes:
    ends = ip_address(source).packed + ip_address(target).packed
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(content), 1, 0, 64, protocol, 0) + ends + content
