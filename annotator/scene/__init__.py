"""Where pixels and map features come from, and the frozen views made of them."""
