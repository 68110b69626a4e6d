"""What may be asked about what happened: tables that follow from the log alone, one file a question."""
