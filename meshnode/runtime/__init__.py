"""Joins the deciding core to the world: network, disk, clock and the people's requests."""
