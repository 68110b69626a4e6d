"""One meeting's score: its facts, what surrounds it in its cell's year, and what each line comes to."""
