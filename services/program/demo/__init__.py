"""The demonstration commune: its office books are read as they are, entered over HTTP, and one day is lived on top."""
