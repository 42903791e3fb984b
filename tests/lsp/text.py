"""A client's copy of a document: changes, and positions in the three encodings."""

import re

ENDS = re.compile("\r\n|\n|\r")
WIDTH = {
    "utf-8": lambda text: len(text.encode()),
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-32": len,
}


class Mirror:
    """A text as its editor has it."""

    def __init__(self, text, encoding):
        self.text = text
        self.width = WIDTH[encoding]

    def position(self, offset):
        """The position of an offset in characters, which does not lie inside of CRLF."""
        starts = [0] + [end.end() for end in ENDS.finditer(self.text, 0, offset) if end.end() <= offset]
        return {"line": len(starts) - 1, "character": self.width(self.text[starts[-1] : offset])}

    def range(self, start, end):
        return {"start": self.position(start), "end": self.position(end)}

    def offset(self, position):
        """The offset of a position that lies in the text."""
        starts = [0] + [end.end() for end in ENDS.finditer(self.text)]
        start = starts[position["line"]]
        return next(at for at in range(start, len(self.text) + 1) if self.width(self.text[start:at]) >= position["character"])

    def splits_an_end(self, offset):
        return self.text[offset - 1 : offset + 1] == "\r\n" and offset > 0

    def replace(self, start, end, text):
        """The change that puts a text in the place of another."""
        change = {"range": self.range(start, end), "text": text}
        self.text = self.text[:start] + text + self.text[end:]
        return change

    def line_start(self, line):
        """The offset at which a line begins."""
        return ([0] + [end.end() for end in ENDS.finditer(self.text)])[line]
