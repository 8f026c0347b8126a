"""The configuration reference says what the program takes, and no link of the documentation is dead."""
import os
import re
import subprocess
import sys
import urllib.parse

import pytest
from conftest import AEGIS, ROOT

PAGE = (ROOT / "docs/reference/configuration.md").read_text()
SHAPES = ROOT / "Sources/PolicyDocuments/Language"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]

# In Sources, and no variable that the program reads.
NOT_READ = {
    "AEGIS_SLACK_TOKEN",  # the example of how a variable's name is written, in the message about one that is not
}


def test_the_reference_is_written_from_the_commands():
    done = subprocess.run([sys.executable, ROOT / "scripts/configuration-reference", "--check"], capture_output=True, text=True,
                          env={**os.environ, "AEGIS_BINARY": str(AEGIS)})
    assert done.returncode == 0, done.stderr


def test_variables_on_the_page_are_those_that_are_read():
    read = {name for file in (ROOT / "Sources").rglob("*.swift") for name in re.findall(r'"(AEGIS_[A-Z_]+)"', file.read_text())}
    assert set(re.findall(r"\bAEGIS_[A-Z_]+", PAGE)) == read - NOT_READ


@pytest.mark.parametrize("kind", ["Channels", "Export"])
def test_every_field_of_a_document_is_in_its_table(kind):
    shape = (SHAPES / f"Shape+{kind.lower()}.swift").read_text()
    section = re.split(r"^### ", PAGE, flags=re.M)
    section = next(text for text in section if text.startswith(f"kind: {kind}\n"))
    tables = "\n".join(line.split("|")[1] for line in section.splitlines() if line.startswith("|"))
    told = {name for code in re.findall(r"`([^`]+)`", tables) for name in re.split(r"\W+", code)}
    fields = set(re.findall(r'Field\(\s*"(\w+)"', shape))
    everywhere = {"aegis", "kind", "description"}  # the head of every document
    in_secrets = {"env", "file"}  # what a secret is, for all of them
    assert fields - everywhere - in_secrets - told == set()


def text_of(page):
    """A page's lines without code blocks, in which nothing is a heading or a link."""
    fence = None
    for line in page.read_text().splitlines():
        mark = re.match(r" *(```+|~~~+)", line)
        if fence:
            fence = None if mark and mark[1].startswith(fence) and not line.strip(" `~") else fence
        elif mark:
            fence = mark[1]
        elif not line.startswith("    "):
            yield line


def anchors(page):
    """As GitHub makes them: small letters, no punctuation but `-` and `_`, hyphens for spaces, and numbers for those that come again."""
    found = set()
    for line in text_of(page):
        heading = re.match(r" {0,3}#{1,6} +(.*?)(?: +#+)? *$", line)
        if heading:
            text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
            anchor = base = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
            again = 0
            while anchor in found:
                again += 1
                anchor = f"{base}-{again}"
            found.add(anchor)
        found.update(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", line))
    return found


def dead(page):
    # No link is in a code span.
    text = re.sub(r"(?<!`)(`+)(?!`)(?:(?!\n\n).)+?(?<!`)\1(?!`)", "", "\n".join(text_of(page)), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)(?: \"[^\"]*\")?\)", text):
        path, _, anchor = urllib.parse.unquote(target).partition("#")
        if re.match(r"[a-z][a-z0-9+.-]*:", path):
            continue
        file = page.parent / path if path else page
        if not file.exists() or anchor and file.suffix == ".md" and anchor not in anchors(file):
            yield target


def test_links_lead_somewhere():
    assert {str(page.relative_to(ROOT)): links for page in PAGES if (links := list(dead(page)))} == {}
