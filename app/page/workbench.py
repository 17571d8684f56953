"""The Gradio page: one component that fills the window, its events, and how it is launched."""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.page.events import Events, FindWorkspace

HEAD = """
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/ss/static/css/app.css">
<script type="module" src="/ss/static/js/main.js"></script>
"""
JS_ON_LOAD = """
(function start() {
  if (!window.socioscribe) { setTimeout(start, 10); return; }
  window.socioscribe.mount({ element, props, trigger, watch });
})();
"""
EVENT_NAMES = ("ask", "prompt", "cancel", "view")


class Workbench(gr.HTML):
    """The whole workbench: its ``mail`` property carries messages to the page, its events carry those to us."""

    EVENTS = list(EVENT_NAMES)  # type: ignore[assignment]  # noqa: RUF012 - Gradio reads it from the class

    def __init__(self, **props: Any) -> None:
        super().__init__(
            value="",
            html_template='<div class="ss-root" data-ready="false"></div>',
            js_on_load=JS_ON_LOAD,
            apply_default_css=False,
            elem_id="ss-workbench",
            **props,
        )

    def get_block_name(self) -> str:
        return "html"


def build_page(find: FindWorkspace) -> gr.Blocks:
    """The page; ``find`` gives the workspace of a request."""
    events = Events(find, lambda mail: gr.update(mail=mail))
    with gr.Blocks(title="SocioScribe", fill_width=True, analytics_enabled=False) as page:
        bench = Workbench(mail={"envelopes": []})
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        bench.ask(events.ask, None, bench, trigger_mode="multiple", concurrency_limit=2, **common)
        bench.prompt(events.prompt, None, bench, trigger_mode="multiple", concurrency_limit=2, **common)
        bench.cancel(events.cancel, None, None, trigger_mode="multiple", queue=False, **common)
        bench.view(events.view, None, None, trigger_mode="always_last", concurrency_limit=1, **common)
    made: gr.Blocks = page
    return made
