"""Weekly demand per product, with intervals: data frames in, data frames out, no clock and no database.

Importing anything of this package loads statsforecast and pandas (seconds, some 250 MB): do it inside the function
that forecasts, so that web and planner processes do not pay for it. docs/forecasting.md explains the method.
"""
