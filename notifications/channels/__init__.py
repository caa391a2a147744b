"""The ways to a customer: which are open to whom, and who carries what is sent."""
