# A container that needs no network and writes nowhere but to its working folder:
#
#   docker build -t scanfix .
#   docker run --rm --network none --read-only --tmpfs /tmp --user "$(id -u):$(id -g)" -v "$PWD:/photos" scanfix prepare id.jpg
#
# Debian with glibc: OpenCV has no wheels for musl.
FROM python:3.13-slim
COPY . /source
RUN pip install --no-cache-dir "/source[heif,pdf]" && rm -rf /source && useradd --create-home photos
USER photos
WORKDIR /photos
ENTRYPOINT ["scanfix"]
