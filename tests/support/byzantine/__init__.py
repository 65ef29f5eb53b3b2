"""Schedules of acts by people of whom some lie: all is signed by the right keys, but not when it should be."""
