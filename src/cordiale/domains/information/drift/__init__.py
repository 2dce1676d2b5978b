"""What became of a claim on its way from one text to another: as sure, as much, the same people, places and dates, or not."""
