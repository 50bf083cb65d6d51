"""An address with its rule."""

from dataclasses import dataclass

from django.urls import URLPattern, path

from portal.views.access import Access, View, guarded


@dataclass(frozen=True, slots=True)
class Route:
    """A page's address, its view, its name, and who may open it."""

    route: str
    view: View
    name: str
    access: Access

    @property
    def pattern(self) -> URLPattern:
        """The address for Django, with the view behind its rule."""
        return path(self.route, guarded(self.view, self.access), name=self.name)
