"""Clapper: a self-hosted Discord bot that makes videos through any OpenAI-style relay."""

__version__ = "0.1.0"
