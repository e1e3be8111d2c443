"""FastAPI: an upload form with a soft gate. `uvicorn --app-dir examples fastapi_app:app`"""

from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse
from gate import status_of

import scanfix
from scanfix.contrib.answers import headers, request_body, responses, result
from scanfix.contrib.starlette import Uploads

worker = scanfix.Worker(processes=2, max_waiting=16, wait_seconds=10)
uploads = Uploads(worker, options=("document", "profile"))
app = FastAPI(title="Upload of documents", lifespan=uploads.lifespan)
uploads.install(app)

body = request_body(
    document=[kind.name for kind in scanfix.kinds()], profile=[profile.name for profile in scanfix.profiles()]
)


@app.get("/", include_in_schema=False)
async def form() -> FileResponse:
    return FileResponse(Path(__file__).with_name("form.html"))


@app.get("/health")
async def health() -> dict[str, int]:
    metrics = worker.metrics()
    return {"waiting": metrics.waiting, "running": metrics.running, "killed": metrics.killed}


answered = responses(made=(201, 409, 422))


@app.post("/photos", status_code=201, responses=answered, openapi_extra={"requestBody": body})
async def take(
    request: Request,
    prepared: Annotated[scanfix.PreparedImage, Depends(uploads.prepared)],
    anyway: bool = False,
) -> JSONResponse:
    """Prepare a photo. 409 where it is risky: send it again with `anyway=true`, or take a better one."""
    status = status_of(prepared.report, anyway=anyway)
    # Here an application would keep `prepared.data` where the status is 201.
    accepted = request.headers.get("accept-language")
    return JSONResponse(result(prepared, accepted), status, headers(accepted))
