"""What an actor can do: one function per verb (authorise, decide, query, audit)."""
