"""The pages of the project, taken apart: links, headings, tables, blocks of code."""
import glob
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Block:
    """A fenced block: what stands after the fence, its text, its place."""

    def __init__(self, page, line, info, text):
        self.page, self.line, self.info, self.text = page, line, info, text

    def __str__(self):
        return f"{self.page}:{self.line}"

    @property
    def language(self):
        return self.info.split(" ")[0]


def paths():
    return sorted(os.path.relpath(path, ROOT) for path in
                  glob.glob(os.path.join(ROOT, "*.md")) + glob.glob(os.path.join(ROOT, "docs", "*.md")))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def blocks(path):
    found, begin = [], None
    for number, line in enumerate(read(path).splitlines(), 1):
        if line.startswith("```"):
            if begin is None:
                begin, info, lines = number, line[3:].strip(), []
            else:
                found.append(Block(path, begin, info, "".join(f"{each}\n" for each in lines)))
                begin = None
        elif begin is not None:
            lines.append(line)
    assert begin is None, f"{path}:{begin}: this block does not end"
    return found


def prose(path):
    """The page without its blocks of code."""
    return re.sub(r"(?ms)^```.*?^```$", "", read(path))


def tables(path):
    """Each table as rows of cells; the line under the heads is left out."""
    found, rows = [], []
    for line in [*prose(path).splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            found.append([row for row in rows if not re.fullmatch(r"[-: |]*", "|".join(row)) or not any(row)])
            rows = []
    return found


def code_spans(text):
    return re.findall(r"`([^`]+)`", text)


def anchors(path):
    """The names that GitHub gives the headings."""
    heads = re.findall(r"(?m)^#+ (.*)$", prose(path))
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links(path):
    return re.findall(r"\]\(([^)\s]+)\)", prose(path))
