"""The Slicer side of ParotidClassifier: panels, scene, background process, dependencies."""
