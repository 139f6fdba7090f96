"""Discord commands: each builds a request, asks a use case, and shows the answer."""
