"""What organisations ask to be told: which facts, to which address, and when it may be sent."""
