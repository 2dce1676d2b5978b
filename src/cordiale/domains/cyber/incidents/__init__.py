"""The pages of incidents: a list, and one with its timeline, impacts, tasks, and whom it concerns."""
