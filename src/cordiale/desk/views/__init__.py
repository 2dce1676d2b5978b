"""What a person reads: search, lists, objects, graphs and histories."""
