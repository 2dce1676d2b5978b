"""Formats in: pages, feeds, subtitles and web archives give documents; exports of networks give posts.

`content.read_file` opens whatever text somebody holds and says what it was; `posts` does so for exports of posts. Nothing is lost
silently: what cannot be read is in the result as `Aside`, with its line and a reason.
"""
