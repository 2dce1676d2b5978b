"""Run three partners on one machine and check that nothing leaks.

`run.demo` is the whole of it: real processes, driven by the command line and the pages alone. Only the leak checker
opens a store.
"""
