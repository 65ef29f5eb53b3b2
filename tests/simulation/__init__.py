"""Many cores in one process, in virtual time, with faults and adversaries; the same seed is the same story."""
