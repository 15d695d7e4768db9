"""What a person reads of a result: terminal, pictures, pages, PDF, DICOM.

`__all__` names the modules that other packages may import.
"""

__all__ = [
    "answer_files",
    "answering",
    "answers",
    "case.labels",
    "case.writing",
    "case_view",
    "dicom.source_headers",
    "dicom.writing",
    "model_card",
    "optimism",
    "overview",
    "page",
    "study",
    "study_report",
    "terminal",
]
