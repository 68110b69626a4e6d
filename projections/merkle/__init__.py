"""The tree of RFC 6962 over the log: kept as tiles, a view like any other, and asked for what it proves."""
