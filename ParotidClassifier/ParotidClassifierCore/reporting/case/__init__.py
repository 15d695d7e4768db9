"""The report of one case, for a tumour board: one page and its appendix, as HTML and as PDF.

To add a section, write a function from an `Answer` to a `parts.Section`, or to None where this
case has nothing for it, and name it in `writing.APPENDIX` where it is to stand. For the first page,
name it in a row of `writing.front_rows` instead, and look whether the page still fits.
"""
