"""What carries notices to whoever is not looking into the inbox, and what keeps that from doing harm."""
