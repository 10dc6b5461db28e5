"""Rights notices and counter-notices (LN-3, `law.md` 2 and 5.7): from a written notice to a decided item."""
