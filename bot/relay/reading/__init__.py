"""How an answer of a relay is read: bytes → payloads → text and tickets → events."""
