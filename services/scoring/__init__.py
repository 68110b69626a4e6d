"""Scoring: what the facts of a cell are worth by a dated rule pack, and why, line by line."""
