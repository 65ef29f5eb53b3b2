"""Pictures of the dashboard, taken from a studio that is set up for it."""
