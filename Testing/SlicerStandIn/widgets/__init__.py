"""The behaviours written by hand: the widgets that the extension uses, and the module objects."""

from . import (  # noqa: F401 - importing registers the classes
    ctk_collapsible,
    ctk_fields,
    ctk_ranges,
    ctk_sliders,
    module_objects,
    mrml,
    node_combo_box,
    segment_editor,
    segments,
    segments_table,
)
