"""Letters and papers of a region: from one text each to DOCX that staff can edit, and to PDF.

`text` reads a paper's text (templates/papers/*.txt), `facts` gathers what is known of the region, `docx` and `page`
set it in type, `write` does all of it for a fleet. Papers are written in Indonesian, whatever the language in use.
"""
