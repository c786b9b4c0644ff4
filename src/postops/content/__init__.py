"""Files -> Post, Campaign. Keeps line marks, and writes fixes back."""
