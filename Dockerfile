# Two stages: the first fills a virtual environment, the second has nothing to build with.
FROM python:3.13-slim AS build
WORKDIR /clapper
RUN python -m venv /opt/clapper
COPY requirements.txt ./
RUN /opt/clapper/bin/pip install --no-cache-dir --require-hashes -r requirements.txt \
    && /opt/clapper/bin/pip uninstall --yes pip

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin clapper \
    && install -d -o clapper -g clapper -m 0700 /data
COPY --from=build /opt/clapper /opt/clapper
WORKDIR /clapper
COPY bot ./bot
COPY cogs ./cogs
COPY storage ./storage
# Once, or it is compiled at each start and at each look at the bot's health.
RUN python -m compileall -q bot cogs storage
ENV PATH=/opt/clapper/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
USER clapper
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-m", "bot", "health"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
