"""What of this machine may keep the lab from running, and what to do about it."""
