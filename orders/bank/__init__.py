"""Statements of a bank: the exchange file of client-bank programs, and how its lines become payments."""
