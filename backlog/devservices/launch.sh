#!/bin/sh
# Finds a Python that is new enough and hands over: launch.sh ROOT COMMAND [ARGUMENT ...]
root=$1
shift
for python in python3 python3.14 python3.13 python3.12 python3.11; do
    # Any Python can run this question, however old it is.
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" -P -c 'import sys
sys.path.insert(0, sys.argv.pop(1))
from backlog.devservices.__main__ import main
sys.exit(main(sys.argv[1:]))' "$root" "$@"
    fi
done
found=$(python3 --version 2>&1) || found="no python3 at all"
echo "Python 3.11 or newer is needed, and this machine has: $found." >&2
echo "Install one (Debian: apt install python3 python3-venv; macOS: brew install python)." >&2
exit 1
