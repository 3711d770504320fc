"""cesctl: customer engagement scores from raw event exports."""

__version__ = "0.1.0"
