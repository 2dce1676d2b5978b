"""Run the egress process: `python -m cordiale.release.egress KEYFILE`, frames over standard input and output."""
