"""Pages of what analyses found in datasets of posts: copies, and who is synchronised beyond chance."""
