"""Takes changes: checks the form and the caller, asks the decision, appends what it says."""
