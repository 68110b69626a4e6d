"""Tells committees what concerns them: a notice for each, kept before anything is sent, until it is acknowledged."""
