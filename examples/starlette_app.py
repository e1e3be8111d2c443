"""Starlette: an upload form with a soft gate. `uvicorn --app-dir examples starlette_app:app`"""

from pathlib import Path

from gate import status_of
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route

import scanfix
from scanfix.contrib.answers import headers, result
from scanfix.contrib.starlette import Uploads

worker = scanfix.Worker(processes=2, max_waiting=16, wait_seconds=10)
uploads = Uploads(worker, options=("document",))


async def form(_: Request) -> FileResponse:
    return FileResponse(Path(__file__).with_name("form.html"))


async def health(_: Request) -> JSONResponse:
    metrics = worker.metrics()
    return JSONResponse({"waiting": metrics.waiting, "running": metrics.running, "killed": metrics.killed})


async def take(request: Request) -> JSONResponse:
    prepared = await uploads.prepared(request)
    status = status_of(prepared.report, anyway=request.query_params.get("anyway") == "true")
    accepted = request.headers.get("accept-language")
    return JSONResponse(result(prepared, accepted), status, headers(accepted))


routes = [Route("/", form), Route("/health", health), Route("/photos", take, methods=["POST"])]
app = Starlette(routes=routes, lifespan=uploads.lifespan)
uploads.install(app)
