"""The commands, a module a group: collect (fill the base), oneshot (no base), consult (ask the base), care (look after it)."""
