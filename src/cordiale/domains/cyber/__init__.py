"""Cyber defence: indicators and where they were seen, what belongs together, what is a false alarm, and the field's formats."""
