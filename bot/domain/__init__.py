"""What Clapper speaks about: frozen records, errors and pure rules; standard library only."""
