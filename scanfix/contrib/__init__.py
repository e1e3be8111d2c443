"""Glue for upload handlers: one module per framework, which imports that framework and scanfix, nothing else.

`starlette` (FastAPI too), `flask`, `django` (Django REST framework too), `celery`. Each hands photos to a
`scanfix.Worker`; those of the web cut an upload at the limit while it is read, and have every error told by
`answers`.
Complete small applications lie in `examples/`.
"""
