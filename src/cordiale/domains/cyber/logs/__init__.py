"""Logs in: records of what machines did, whatever wrote them, as rows of one form."""
