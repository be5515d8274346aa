# One image for all services. Any builder will do: no syntax of a particular one is used.

FROM python:3.11-slim-bookworm AS build
RUN python -m venv /opt/venv
WORKDIR /opt/nianbao
# The dependencies change less often than the sources: their layer is kept. All is compiled here, for nothing can be
# written where it runs.
COPY requirements.lock ./
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    PIP_QUIET=2 \
    PIP_NO_CACHE_DIR=1
RUN /opt/venv/bin/pip install --require-hashes -r requirements.lock
COPY . .
# The application is run from its sources, as in a clone: its data and templates lie beside them.
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation -e . \
 && /opt/venv/bin/python -m compileall -q .

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 nianbao \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin nianbao \
 && mkdir /data && chown 10001:10001 /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/nianbao /opt/nianbao
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NIANBAO_DATA_DIR=/data
WORKDIR /data
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
VOLUME /data
# Alone, the image is the whole service with its embedded broker and SQLite; docker-compose.yml takes it apart.
CMD ["nianbao", "up"]
