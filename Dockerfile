# The steps are the project's own scripts, so the image is what `make run` makes on a machine.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN apt-get update -q && apt-get install -y -q --no-install-recommends make
COPY . .
# With the native media plane, which is not to be missing here: its compiler stays behind.
RUN make setup-run && .venv/bin/python -m server.media.native_build && rm -rf web/node_modules .make/logs

FROM python:3.11-slim-bookworm
WORKDIR /app
COPY scripts/system_packages.py scripts/
# LibreOffice for PPTX; the fonts stand in for those that slides are mostly written in.
RUN python3 scripts/system_packages.py serve \
    && apt-get install -y -q --no-install-recommends libreoffice-impress fonts-liberation2 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --home-dir /data --no-create-home reprise && install -d -o reprise /data /turn
COPY --from=build /app /app
USER reprise
ENV PATH=/app/.venv/bin:$PATH REPRISE_DATA=/data
VOLUME /data
EXPOSE 8080/tcp 40000/udp
ENTRYPOINT ["reprise"]
CMD ["serve"]
