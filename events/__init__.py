"""What happened, and when it may happen: facts, decisions, and the ledger that keeps them."""
