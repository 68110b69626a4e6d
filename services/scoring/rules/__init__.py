"""Rule packs: what they may say, how they are read, checked and published, and which holds for whom."""
