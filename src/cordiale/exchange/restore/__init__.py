"""Find out that a node was put back to an earlier state, and go on without losing or repeating anything."""
