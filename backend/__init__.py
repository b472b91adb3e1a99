"""Self-supervised learning on satellite imagery: every job is `python -m backend.<verb>`."""

__version__ = "0.1.0"
