"""Go to partners: fetch, hand over, and listen for news."""
