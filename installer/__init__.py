"""Setting up (M29): the questions of `flask setup`, the findings of `flask check`, the refusal to serve half-made."""
