"""What `scripts/check` does beside running the tools everybody knows: one module per kind of rule of this house.

A check is a function `check(root) -> list[Finding]`: it reads the checkout at `root` and says what breaks the rule.
"""
