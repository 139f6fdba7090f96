"""The use cases: submit, work, cancel, deliver, moderate; they know records and ports only."""
