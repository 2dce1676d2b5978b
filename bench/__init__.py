"""Benchmarks: what a node reaches, per CPU-second, beside its peers in the same run.

``python -m bench --list`` names them. A benchmark is never a test: nothing fails because a machine is slow.
"""
