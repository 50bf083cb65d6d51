"""Documents of the grants room."""

from .application import application_pdf, kept_application_pdf
from .letter import letter_pdf

__all__ = ["application_pdf", "kept_application_pdf", "letter_pdf"]
