"""Take a release back, answer who takes back what it gave, and follow what became of it."""
