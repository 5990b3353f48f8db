"""At the keyboard: checks on every save, and what is shown meanwhile."""
