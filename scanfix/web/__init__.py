"""A page for people, for this computer alone: drop the photo, see what a clerk would see, save the file.

`app` answers, `guard` says who may ask, `work` is what the worker process does, `serving` the server
around them; `static/` is the page itself, plain JavaScript and CSS. Needs the extra `web`.
"""
