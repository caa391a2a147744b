"""An IMAP server with one mailbox, as small as a fetch of unseen mails needs (RFC 3501)."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """Mails by UID, and which were seen. ``password`` is what LOGIN must give."""

    mails: dict[int, bytes]
    password: str = "secret"
    seen: set[int] = field(default_factory=set)
    port: int = 0


@contextmanager
def serving(mailbox: Mailbox) -> Iterator[Mailbox]:
    """Serve the mailbox on a loopback port while the block runs."""

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("* OK ready")
            for raw in self.rfile:
                tag, _, command = raw.decode().strip().partition(" ")
                self.answer(command)
                if command.startswith("LOGIN") and mailbox.password not in command:
                    self.say(f"{tag} NO [AUTHENTICATIONFAILED] no")
                    continue
                self.say(f"{tag} OK done")
                if command == "LOGOUT":
                    return

        def answer(self, command: str) -> None:
            uids = [int(number) for number in re.findall(r"\d+", command.partition("(")[0])]
            if command == "CAPABILITY":
                self.say("* CAPABILITY IMAP4rev1")
            elif command.startswith("SELECT"):
                self.say(f"* {len(mailbox.mails)} EXISTS")
            elif command.startswith("UID SEARCH"):
                named = {int(number) for number in re.findall(r"\d+", command.removeprefix("UID SEARCH"))}
                found = named or set(mailbox.mails) - mailbox.seen
                self.say("* SEARCH " + " ".join(str(uid) for uid in sorted(found)))
            elif command.startswith("UID FETCH"):
                for uid in uids:
                    raw = mailbox.mails[uid]
                    self.wfile.write(f"* {uid} FETCH (UID {uid} FLAGS () BODY[] {{{len(raw)}}}\r\n".encode())
                    self.wfile.write(raw + b")\r\n")
            elif command.startswith("UID STORE"):
                mailbox.seen.update(uids)
            elif command == "LOGOUT":
                self.say("* BYE")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        mailbox.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield mailbox
        server.shutdown()
