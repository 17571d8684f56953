"""The Gradio page: one component that fills the window, and the events of its queue.

The component is a plain ``gr.HTML``: a subclass would make Gradio write an interface file beside this one. Gradio
learns the names of its events from the quoted words in ``JS_ON_LOAD``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from app.page.events import Events, FindWorkspace

STATIC = Path(__file__).parents[2] / "static"
HEAD = """
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/ss/static/css/app.css">
<script type="module" src="/ss/static/js/main.js"></script>
"""
JS_ON_LOAD = """
const events = ["ask", "prompt", "cancel", "view"];
(function start() {
  if (!window.socioscribe) { setTimeout(start, 10); return; }
  window.socioscribe.mount({ element, props, trigger, watch, events });
})();
"""


def build_page(find: FindWorkspace) -> gr.Blocks:
    """The page; ``find`` gives the workspace of a request. The component's ``mail`` carries messages to the page."""
    events = Events(find, lambda mail: gr.update(mail=mail))
    page: gr.Blocks
    with gr.Blocks(title="SocioScribe", fill_width=True, analytics_enabled=False) as page:
        bench = gr.HTML(
            value="",
            html_template='<div class="ss-root" data-ready="false"></div>',
            js_on_load=JS_ON_LOAD,
            apply_default_css=False,
            elem_id="ss-workbench",
            mail={"envelopes": []},
        )
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        bench.ask(events.ask, None, bench, trigger_mode="multiple", concurrency_limit=2, **common)
        bench.prompt(events.prompt, None, bench, trigger_mode="multiple", concurrency_limit=2, **common)
        bench.cancel(events.cancel, None, None, trigger_mode="multiple", queue=False, **common)
        bench.view(events.view, None, None, trigger_mode="always_last", concurrency_limit=1, **common)
    return page
