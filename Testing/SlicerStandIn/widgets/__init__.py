"""The behaviours written by hand: the widgets that the extension uses, and the module objects."""

from . import (  # noqa: F401 - importing registers the classes
    ctk_collapsible,
    ctk_message_box,
    ctk_numbers,
    module_objects,
    mrml,
    node_combo_box,
    segment_editor,
    segments_table,
)
