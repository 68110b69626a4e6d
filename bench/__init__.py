"""The figures: one file each, ours and its baselines interleaved in the same call, on the same server."""
