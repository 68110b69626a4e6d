"""What runs: one package a process, none of which imports another."""
