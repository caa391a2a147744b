"""What leaves by itself, what waits for approval, when customers sleep, and the valve."""
