"""How a plan gets from the database to the planning core and back (orders.replan is the way in)."""
