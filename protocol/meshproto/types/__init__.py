"""Record types: which facts each has, how to check them and how to build them."""
