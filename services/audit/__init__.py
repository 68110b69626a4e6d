"""Reads the log for those who check it: records, their history, and how far the views have come."""
