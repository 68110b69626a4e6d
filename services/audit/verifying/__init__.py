"""Verifies a whole ledger: the log against its tree, its checkpoints, its counter and its heads."""
