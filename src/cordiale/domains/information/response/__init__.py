"""Collective response: from an incident that is shared with chosen members to an agreed response, its effect and its lessons."""
