"""`python -m backlog.devservices COMMAND`: what bin/up, bin/test and bin/manage call."""

import sys

from backlog.devservices import manage, procfile, testing, up
from backlog.devservices.errors import SetupError, StoppedError

USAGE = """\
usage: python -m backlog.devservices COMMAND
  up               install, start everything, stop it on Ctrl-C (bin/up)
  services         start PostgreSQL and Valkey only
  env              print where the running servers of this home are, for a shell
  test [ARGS]      every check, or pytest with ARGS (bin/test)
  manage ARGS      manage.py in this environment (bin/manage)
  exec NAME        become the program that the Procfile calls NAME"""


def main(arguments: list[str]) -> int:
    """Run one command; return its exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    try:
        match command:
            case "up":
                return up.up()
            case "services":
                return up.services_only()
            case "env":
                return manage.print_environment()
            case "test":
                return testing.run(rest)
            case "manage":
                return manage.run(rest)
            case "exec" if len(rest) == 1:
                procfile.become(rest[0])
        print(USAGE, file=sys.stderr)
        return 2
    except SetupError as error:
        print(f"bin/{command}: {error}", file=sys.stderr)
        return 1
    except (StoppedError, KeyboardInterrupt):
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
