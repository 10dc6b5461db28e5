"""The heart: orders, their parties, thread, queue, assignment, targets and search."""
