"""What may be followed from outside: streams of records and of notices, a calendar and a feed by secret addresses."""
