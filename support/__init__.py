"""Gongdan: a support desk for a platform whose members trust it with their identity."""
