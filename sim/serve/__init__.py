"""The live what-if page: a server on this machine, and the page that it shows.

Server-sent events carry the figures, so that any proxy lets them through and nothing but a browser's own means is
needed; the page's script draws what it is given and decides nothing.
"""
