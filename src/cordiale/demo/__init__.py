"""Run three partners on one machine and check that nothing leaks."""
