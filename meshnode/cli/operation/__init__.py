"""Commands about running a node: as a process, as a service, its settings, its databases."""
