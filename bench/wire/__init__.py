"""What a whole bot costs: the real process between a Discord and a relay on loopback.

Discord is the one of the fault tests (`tests/wire`) and lives in the process that measures; the
relay has one of its own, and so has the bot. So all that is counted for the bot is the bot's.
"""
