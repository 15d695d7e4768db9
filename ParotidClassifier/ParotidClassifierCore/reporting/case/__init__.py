"""The report of one case, for a tumour board: one page and its appendix, as HTML and as PDF.

`subject` holds what the report is about, `front` and `appendix` (with `background`) turn it into
the parts of `report.parts`, and `document` puts these in order. `writing` renders that one document
twice, by `report.page` and by `report.pdf`: what is not in the document is in neither file.

To add a section, write a function from a `Subject` to a `report.parts.Section`, or to None where
this case has nothing for it, and name it in `document.APPENDIX` where it is to stand. For the first
page, name it in a row of `document.front_rows` instead, and look whether the page still fits.
What the section needs to know has to be part of `answering.Answer`, which the subject holds.
"""
