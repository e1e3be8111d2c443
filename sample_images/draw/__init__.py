"""How do you get photos of identity documents without anybody's identity? Draw them.

`specimens` draws the flat documents, `scenes` puts them on a table under a camera or on
a scanner's glass, `faults` spoils the picture. Everything is seeded: the same call draws
the same pixels. Needs numpy, OpenCV and Pillow, nothing of scanfix.
"""
