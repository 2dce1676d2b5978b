"""DISARM: techniques of information manipulation and responses to it, imported by whoever uses it; none of it is shipped."""
