"""A province's board: its indicators, the months that are kept for them, and the cells behind each."""
