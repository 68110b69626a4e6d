"""What is charged to where it stood on a day of its own: counted below whatever was above it then."""

from projections.asked import sql

ABOVE = """
above (place, placed_on, id, depth) AS (
    SELECT p.place, p.placed_on, p.place, 0 FROM placed p
    UNION ALL
    SELECT above.place, above.placed_on, t.parent, above.depth + 1
    FROM above JOIN views.tree t ON t.stream = above.id
    AND t.from_on <= above.placed_on AND above.placed_on < t.to_on AND {known:t}
    WHERE t.parent IS NOT NULL AND above.depth < 16  -- deeper, it is a circle
), inside AS (
    SELECT DISTINCT above.place, above.placed_on FROM above
    WHERE %(scope)s::uuid IS NULL OR above.id = %(scope)s::uuid
)
"""


def counted(found: str, asked: str) -> bytes:
    """A question about the lines of `found`, each with its `place` and `placed_on`, that stood below `%(scope)s` then.

    Without a scope, about all of them. `asked` says what is wanted of `found JOIN inside USING (place, placed_on)`.
    """
    placed = "placed AS (SELECT DISTINCT place, placed_on FROM found)"
    return sql(f"WITH RECURSIVE found AS ({found}), {placed}, {ABOVE} {asked}")
