"""Starts the page: workspaces, routes, guard, and Gradio's server around them."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from annotator.errors import BadInput
from app.page.workbench import HEAD, STATIC, build_page
from app.routes.guard import LOOPBACK, Guard, visitor_of
from app.routes.preload import Preload
from app.routes.table import routes
from app.settings import Settings
from app.workspace import Workspaces

QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}


class Server:
    """The running page; ``url`` is its address."""

    def __init__(self, settings: Settings, *, image: Path | None = None, map_file: Path | None = None) -> None:
        refuse_open_network(settings)
        os.environ.update(QUIET)
        bound_threads(settings.threads)
        self.settings = settings
        self.workspaces = Workspaces(settings, image=image, map_file=map_file)
        self._page = build_page(lambda request: self.workspaces.of(visitor_of(request.headers.get("cookie"))))
        self.url = ""

    def start(self) -> str:
        """Listens; returns the address. Raises BadInput where the port is taken."""
        settings = self.settings
        port = free_port(settings.host, settings.port)
        hosts = None if settings.demo else {*LOOPBACK, settings.host}
        guard = Middleware(Guard, hosts=hosts, visitors=settings.demo)
        options: dict[str, Any] = {
            "routes": routes(settings, self.workspaces),
            "middleware": [guard, Middleware(Preload, static=STATIC)],
        }
        queue = max(1, settings.queue // 2) if settings.demo else settings.queue
        self._page.queue(max_size=queue, api_open=False)
        _, self.url, _ = self._page.launch(
            server_name=settings.host,
            server_port=port,
            app_kwargs=options,
            head=HEAD,
            theme=gr.themes.Base(),
            footer_links=[],
            run_history=False,
            ssr_mode=False,
            share=False,
            quiet=True,
            show_error=False,
            prevent_thread_lock=True,
            max_file_size="1mb",
            enable_monitoring=False,
        )
        return self.url

    def wait(self) -> None:
        """Until the process is stopped."""
        self._page.block_thread()

    def stop(self) -> None:
        self._page.close()
        self.workspaces.close()


def refuse_open_network(settings: Settings) -> None:
    """Raises BadInput for an address that others reach, unless each visitor has a store of their own."""
    if settings.host not in LOOPBACK and not settings.demo:
        raise BadInput(
            f"The page would be open to everyone who reaches {settings.host}. Start it with --demo, so that each "
            "visitor has a store of their own, or keep 127.0.0.1 and reach it through an SSH tunnel."
        )


def bound_threads(threads: int) -> None:
    """Keep the picture libraries to this many threads."""
    import cv2

    cv2.setNumThreads(threads)
    os.environ.setdefault("GDAL_NUM_THREADS", str(threads))
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))


def free_port(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises BadInput where another program listens on it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadInput(
                f"Port {port} of {host} is taken by another program. Choose another one with --port, or stop it."
            ) from error
        return int(probe.getsockname()[1])
