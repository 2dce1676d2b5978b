"""Word lists for fingerprints that two people compare aloud, written for this product."""
