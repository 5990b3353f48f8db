"""For people who write lessons or work on the tool: `./streamlings dev ...`."""
