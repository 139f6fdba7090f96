"""Jobs as people see them on Discord: cards, their edits and buttons, and private answers."""
