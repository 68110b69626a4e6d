"""What did not happen: rules with dates, the questions behind them, and the alerts that follow."""
