"""What is told of members to others: announcements of penalties."""
