"""The forms of a draft: every field is named by its place in the document, so a fault finds its field."""
