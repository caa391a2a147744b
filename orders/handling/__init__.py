"""What people do with an order that waits, each a verb: hold, expedite, pick, ship, split, swap, date, cancel."""
