"""The bot at work without a token or a key: a sample relay and a simulated Discord."""
