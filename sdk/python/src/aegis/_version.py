"""The version of this package, sent as part of its user agent."""

__version__ = "0.1.0"
