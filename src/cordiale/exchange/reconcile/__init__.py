"""Compare what a partner believes is here with what is, and repair the difference."""
