# One image for web, planner, worker and beat; the Procfile says what each runs.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000 BACKLOG_HOME=/var/lib/backlog

RUN useradd --system --create-home --home-dir /var/lib/backlog backlog
WORKDIR /srv/backlog

COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

COPY . .

USER backlog
EXPOSE 8000
CMD ["python", "-m", "backlog.devservices", "exec", "web"]
