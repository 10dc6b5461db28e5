"""Members, staff and guests: contact points, codes, sessions, second factor."""
