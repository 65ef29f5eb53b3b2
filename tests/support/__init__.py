"""What tests of every layer share: people, records, fakes behind ports, campaign budgets."""
