"""Exports of posts: tables by a mapping of their columns, networks' own exports by their shape.

`reading.read_posts` gives record batches of `cordiale.domains.information.posts.POSTS` and what was set aside.
"""
