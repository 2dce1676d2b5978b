"""Objects that are the same thing, and sources that say different things of one: a person decides, and can take it back."""
