"""The page: one Gradio component that holds our workbench, and the events of its queue."""
