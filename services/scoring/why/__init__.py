"""Why a score is what it is: what would change it, how it became so, and what another pack would say."""
