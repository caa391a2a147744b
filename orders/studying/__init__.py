"""What our own past says: back-tests of policies, lateness, chances that came true, forecasts of demand."""
