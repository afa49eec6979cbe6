# Built: docker build -t tace-cds .
# Run:   docker run --read-only --tmpfs /tmp -p 127.0.0.1:8080:8080 -v tace-cds:/data -v ./clients:/clients:ro \
#          -e TACE_CDS_TRUST=required -e TACE_CDS_CLIENTS=/clients/clients.toml -e TACE_CDS_PUBLIC_URL=https://… tace-cds
# Without TRUST=required it starts only where -e TACE_CDS_TRUST_OFF_ANYWHERE=true says that something in front asks who calls
FROM python:3.13-slim AS build

WORKDIR /src
COPY requirements-postgres.lock ./
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --require-hashes -r requirements-postgres.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY cards cards
COPY fixtures fixtures
COPY service service
# setuptools comes hashed with the lock, builds the project, and is not needed to run it
RUN pip --python /venv/bin/python install --no-cache-dir --no-deps --no-build-isolation . \
    && pip --python /venv/bin/python uninstall --yes setuptools

FROM python:3.13-slim

ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=131072 \
    MALLOC_TRIM_THRESHOLD_=131072
COPY --from=build /venv /venv
# the only folder written to: the store, where no other is set
RUN install -d -o 10001 -g 10001 /data
WORKDIR /data
VOLUME ["/data"]
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=15s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health/live', timeout=2)"]
CMD ["tace-cds", "serve", "--host", "0.0.0.0", "--port", "8080"]
