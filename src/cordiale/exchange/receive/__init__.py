"""Take in what a partner sent."""
