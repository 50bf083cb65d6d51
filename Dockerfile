FROM node:22-slim AS vendor
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.13-slim AS build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY pyproject.toml uv.lock .python-version ./
RUN uv sync --locked --no-dev --no-cache
COPY . .
COPY --from=vendor /app/node_modules node_modules
RUN .venv/bin/python bin/vendor.py \
    && .venv/bin/python bin/messages.py compile \
    && DATA_DIR=/tmp/build STATIC_HASHED=true STATIC_ROOT=/app/static-root \
        .venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && rm -rf node_modules /tmp/build

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin tilldela \
    && install -d -o tilldela -g tilldela /data
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    STATIC_HASHED=true \
    STATIC_ROOT=/app/static-root
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s CMD ["python", "bin/healthy.py"]
CMD ["gunicorn", "--config", "python:config.gunicorn"]
