"""Incidents as partners keep them together: events, impacts, tasks, who is affected, and what is next (Incident Core 2.1)."""
