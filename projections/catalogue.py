"""Every view there is, in the order of their names."""

from projections import sanctions
from projections.view import View

VIEWS: tuple[View, ...] = (sanctions.VIEW,)
BY_NAME = {view.name: view for view in VIEWS}
