"""Pages of somebody else, that try at a node whatever a page can try; and a server careless enough to let them.

The careless one shows that the attempts are made as they should be: there, each of them succeeds.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SANDBOXED = (
    b"<!DOCTYPE html><title>hostile</title><iframe sandbox='allow-scripts allow-forms' srcdoc='<p>none</p>'></iframe>"
)
CONTENT = {
    ".svg": ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"),
    ".js": ("text/javascript", b"1;"),
    ".css": ("text/css", b"p { color: red }"),
    "/live": ("text/event-stream", b"data: 1\n\n"),
}


class Handler(BaseHTTPRequestHandler):
    """Answers anything to anybody, who may read it."""

    def do(self) -> None:
        """Any method."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if isinstance(self.server, Server):
            self.server.asked.append(f"{self.command} {self.path}")
        media, content = next(
            (found for end, found in CONTENT.items() if self.path.endswith(end)), ("text/html", SANDBOXED)
        )
        self.send_response(200)
        origin = self.headers.get("Origin", "*")
        for name, value in (
            ("Content-Type", media),
            ("Content-Length", str(len(content))),
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Allow-Methods", "POST, PUT, DELETE"),
            ("Access-Control-Allow-Headers", "content-type, idempotency-key, authorization"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = do  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server calls it by
        """Nothing."""


class Server(ThreadingHTTPServer):
    """Listens on loopback, and notes what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []


@contextmanager
def somebody_else() -> Iterator[Server]:
    """A server of somebody else on this machine; its pages are as hostile as what is run on them."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


READ = """async ({ base, paths, token }) => {
    const asked = async (path) => {
        const answer = await fetch(base + path, { credentials: "include" });
        return answer.text();
    };
    const loaded = (name, attribute) => (path) => new Promise((done, failed) => {
        const each = document.createElement(name);
        if (name === "link") each.rel = "stylesheet";
        each.onload = done;
        each.onerror = failed;
        each[attribute] = base + path;
        document.body.append(each);
    });
    const streamed = (path) => new Promise((done, failed) => {
        const stream = new EventSource(base + path, { withCredentials: true });
        stream.onopen = () => { stream.close(); done(); };
        stream.onerror = () => { stream.close(); failed(); };
    });
    const ways = {
        "asked": asked,
        "asked with a token": async (path) => {
            const answer = await fetch(base + path, { headers: { Authorization: "Bearer " + token } });
            return answer.text();
        },
        "image": loaded("img", "src"),
        "script": loaded("script", "src"),
        "style": loaded("link", "href"),
        "stream": streamed,
    };
    const read = [];
    for (const [name, way] of Object.entries(ways)) {
        const some = name.startsWith("asked") ? paths : paths.slice(0, 20);
        await Promise.all(some.map((path) => way(path).then(() => read.push(name + " " + path), () => {})));
    }
    return read;
}"""
"""Runs on a page: asks for every path, and loads the first twenty in every way; returns what came through, and how."""

WRITE = """async ({ base, paths, token }) => {
    const body = JSON.stringify({ title: "Owned", amount: "1h", seconds: 3600, name: "owned", line: "x", terms: {} });
    const key = { "Idempotency-Key": "owned" };
    const json = { "Content-Type": "application/json" };
    const posted = (mode, headers, method) => (path) =>
        fetch(base + path, { method, mode, credentials: "include", headers, body }).then((answer) => answer.text());
    const sent = (media) => async (path) => {
        if (!navigator.sendBeacon(base + path, new Blob([body], { type: media }))) throw new Error();
    };
    const ways = [
        posted("no-cors", { "Content-Type": "text/plain" }, "POST"),
        posted("cors", { ...json, ...key, Authorization: "Bearer " + token }, "POST"),
        posted("cors", { ...json, ...key }, "POST"),
        posted("cors", { ...json, ...key }, "PUT"),
        posted("cors", key, "DELETE"),
        sent("text/plain"),
        sent("application/json"),
    ];
    for (const [place, way] of ways.entries()) {
        const some = place < 2 ? paths : paths.slice(0, 20);
        await Promise.all(some.map((path) => way(path).catch(() => {})));
    }
    const form = (path, encoding) => new Promise((done) => {
        const frame = document.createElement("iframe");
        frame.name = "f" + Math.random();
        const form = document.createElement("form");
        Object.assign(form, { action: base + path, method: "post", enctype: encoding, target: frame.name });
        const field = document.createElement("input");
        // As text/plain this reads {"title": "Owned", "amount": "1h", "x": "="}.
        Object.assign(field, { name: '{"title": "Owned", "amount": "1h", "x": "', value: '"}' });
        form.append(field);
        frame.onload = () => { if (frame.dataset.sent) { frame.remove(); done(); } };
        document.body.append(frame, form);
        frame.dataset.sent = "yes";
        form.submit();
        setTimeout(done, 2000);  // a frame that is blocked may stay silent
    });
    for (const encoding of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
        await Promise.all(paths.slice(0, 10).map((path) => form(path, encoding)));
    }
}"""
"""Runs on a page: posts to every path, and writes to the first ones in every way, that of forms among them."""

SOCKET = """url => new Promise((done) => {
    const socket = new WebSocket(url);
    socket.onopen = () => done("open");
    socket.onerror = () => done("refused");
})"""
"""Runs on a page: whether a web socket opens."""
