"""The fixture of the cases."""

from tests.cases.installation import installation

__all__ = ["installation"]
