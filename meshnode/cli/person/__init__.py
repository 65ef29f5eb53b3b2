"""Commands about oneself: identity, devices, keys, recovery, and what one shows to others."""
