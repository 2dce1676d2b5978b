"""Know the people of a node: who they are, how they sign in, what they may do. Never reads a marking."""
