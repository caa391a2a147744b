"""The environment that the product's processes see."""

import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from backlog.devservices import home as homes
from backlog.devservices import venv
from backlog.devservices.errors import SetupError
from backlog.devservices.home import Home
from backlog.devservices.ports import LOOPBACK, free_port

DEFAULT_PORT = 8000


def web_port() -> int:
    """Return the port that $PORT names."""
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SetupError(f"PORT={text} is not a port number (1 to 65535).")
    return int(text)


def outside(name: str) -> str | None:
    """Return what the caller has set for `name`, straight or by a file; None when nothing."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return os.environ.get(name) or None


def build(home: Home, services: Mapping[str, str], *, mail_port: int | None) -> dict[str, str]:
    """Return the environment of a process of `home`; what the caller has set wins."""
    inherited = {
        name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "PYTHONPATH"} and value
    }
    port = web_port()
    defaults = {
        "SECRET_KEY": homes.secrets_of(home)["secret_key"],
        "BASE_URL": f"http://{LOOPBACK}:{port}",
    }
    if mail_port:
        defaults["EMAIL_URL"] = f"smtp://{LOOPBACK}:{mail_port}"
        defaults["SMS_URL"] = f"json://{LOOPBACK}:{free_port()}/{{to}}"
        defaults["REPLIES_EMAIL"] = "replies@backlog.example"
        defaults["REPLIES_HOOK_SECRET"] = homes.secrets_of(home)["replies_secret"]
    defaults = {name: value for name, value in defaults.items() if not outside(name)}
    return {
        **defaults,
        **inherited,
        **services,
        "BACKLOG_HOME": str(home.path),
        "PORT": str(port),
        "PATH": f"{venv.VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(venv.VENV),
        "PYTHONUNBUFFERED": "1",
    }


def publish(home: Home, env: Mapping[str, str]) -> None:
    """Let other commands on this home find its running servers."""
    names = (
        "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "BASE_URL", "PORT", "SECRET_KEY",
        "SMS_URL", "REPLIES_EMAIL", "REPLIES_HOOK_SECRET",
    )  # fmt: skip
    shown = {name: env[name] for name in names if name in env}
    homes.write_private(home.environment_file, json.dumps({"holder": os.getpid(), "env": shown}, indent=1))


def published(home: Home, holder: int) -> dict[str, str] | None:
    """Return what the process `holder` has published, None while it has not."""
    if not home.environment_file.exists():
        return None
    content = json.loads(home.environment_file.read_text())
    env: dict[str, str] = content["env"]
    return env if content["holder"] == holder else None


def exports(env: Mapping[str, str]) -> str:
    """Return `env` as lines for a shell to read."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in env.items())
