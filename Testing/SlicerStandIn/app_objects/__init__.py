"""What `slicer.app` is and leads to: reading and writing, modules, layout, extensions."""
