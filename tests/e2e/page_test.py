"""The status page without a browser: sound HTML, nothing inline, nothing from elsewhere, its files as they are in the project."""
import html.parser
import os
import re
import unittest

import lab

VOID = {"meta", "link", "input", "img", "br", "hr"}


class Page(html.parser.HTMLParser):
    """Every element closed by its own end tag; keeps what the tests look at."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.inline, self.texts = [], [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert len(given) == len(attributes), f"an attribute twice in <{tag}>: {attributes}"
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[name] for name in ("href", "src") if name in given]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag in ("script", "style") and "src" not in given:
            self.inline.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> inside {self.open}"
        self.open.pop()

    def handle_data(self, data):
        self.texts.append(data.strip())


class PageTest(lab.LabCase):
    def setUp(self):
        super().setUp()
        self.exporter = self.start_exporter("--demo")

    def test_the_page_is_sound_and_keeps_to_its_policy(self):
        answer = self.exporter.get("/")
        self.assertEqual("text/html; charset=utf-8", answer.headers["Content-Type"])
        page = Page(answer.body)
        self.assertEqual(len(page.ids), len(set(page.ids)), "each id once")
        self.assertEqual([], page.inline)
        self.assertLessEqual(self.exporter.queues(), set(page.texts))
        for link in page.links:
            if link.startswith("#"):
                self.assertIn(link[1:], page.ids)
            else:
                self.assertNotRegex(link, r"^(/|\w+:)", "links are relative")
                self.assertIn(self.exporter.get("/" + link).status, (200, 503) if link == "-/ready" else (200,), link)
        policy = dict(each.strip().split(" ", 1) for each in answer.headers["Content-Security-Policy"].split(";"))
        self.assertEqual("'none'", policy.pop("default-src"))
        self.assertEqual({"'none'", "'self'"}, set(policy.values()), "nothing from elsewhere, nothing inline")
        self.assertEqual({"nosniff", "DENY", "no-referrer"},
                         {answer.headers[name] for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")})

    def test_the_files_are_the_project_s(self):
        for name, kind in (("style.css", "text/css"), ("status.js", "text/javascript"), ("icon.svg", "image/svg+xml")):
            answer = self.exporter.get("/" + name)
            self.assertEqual(kind, answer.headers["Content-Type"].partition(";")[0])
            with open(os.path.join(lab.ROOT, "exporter", "web", "page", name), encoding="utf-8") as file:
                self.assertEqual(file.read(), answer.body, name)
            self.assertEqual([], re.findall(r"https?://(?!www\.w3\.org/2000/svg)\S*|@import|eval\(|innerHTML", answer.body))

    def test_head_and_other_methods(self):
        head = self.exporter.get("/", method="HEAD")
        self.assertEqual((200, ""), (head.status, head.body))
        self.assertGreater(int(head.headers["Content-Length"]), 1000)
        self.assertEqual("GET, HEAD", self.exporter.get("/", method="DELETE").headers["Allow"])


if __name__ == "__main__":
    unittest.main()
