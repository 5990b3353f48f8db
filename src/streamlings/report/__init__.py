"""What people and programs read: terminal, timeline, JSON. Only the modules in here print."""
