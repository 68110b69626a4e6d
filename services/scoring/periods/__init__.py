"""Scores of longer times: a cell's period and rhythm, a year's classification, a four-good candidacy."""
