"""What is said between customers and us about an order: dates, choices, answers, feedback, apologies, delays by law."""
