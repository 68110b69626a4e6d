"""What is on record as the sheets of offices: the same forms that are imported, read from the log over HTTP."""
