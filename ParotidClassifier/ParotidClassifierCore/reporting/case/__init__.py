"""The report of one case, for a tumour board: one page and its appendix, as HTML and as PDF.

`front` and `appendix` (with `comparisons` and `background`) turn an `answering.Answer` into parts
of `reporting.parts`; what is said of the case they take from its `CaseView`. `writing` puts these
in order and renders that one document twice: what is not in it is in neither file.

To add a section, write a function from an `Answer` to a `parts.Section`, or to None where this
case has nothing for it, and name it in `writing.APPENDIX` where it is to stand. For the first page,
name it in a row of `writing.front_rows` instead, and look whether the page still fits. What the
section needs to know has to be part of the `Answer`.
"""
