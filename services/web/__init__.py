"""The hallway of the HTTP services: who asks, what the process has open, and how an error is said."""
