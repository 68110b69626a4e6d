"""The program that an operator types: it starts the processes, watches them, and asks them questions."""
