"""Commands about money: incomes, distributions, payments, statements, and the equations behind them."""
