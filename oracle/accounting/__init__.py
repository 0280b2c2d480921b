"""Accounts after the event: vouchers given, vouchers redeemed, ratings sent."""
