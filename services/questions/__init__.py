"""Answers questions from the views, as of any day in the world and as known at any instant."""
