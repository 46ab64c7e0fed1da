"""What the pages say holds: links, configurations, commands, and both READMEs alike."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import pages

BUILD = os.environ.get("BUILD_DIR", os.path.join(pages.ROOT, "build", "release"))
EXPORTER = os.environ.get("TASKQUEUE_EXPORTER", os.path.join(BUILD, "taskqueue_exporter"))


def run_exporter(folder, *flags):
    return subprocess.run([EXPORTER, *flags], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def completed(toml):
    """A fragment of a configuration with what it leaves out, and with files that are there."""
    if "[accounts." not in toml:
        toml += '\n[accounts.media]\nprovider = "tencent"\n'
    if "[queues." not in toml:
        name, provider = re.search(r'\[accounts\.([\w-]+)\]\s*provider\s*=\s*"(\w+)"', toml).groups()
        toml += f'\n[queues.x]\naccount = "{name}"\n' + ('service = "mps"\n' if provider == "tencent" else 'service = "ecs"\nregion = "cn-hangzhou"\n')
    # Secrets and authorities are elsewhere on the reader's machine.
    return re.sub(r'(?m)^(\s*(?:\w+_file))(\s*=\s*)"[^"]*"', rf'\1\2"{__file__}"', toml)


class LinksTest(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        for path in pages.paths():
            for link in pages.links(path):
                if re.match(r"https?://", link):
                    continue
                target, _, anchor = link.partition("#")
                file = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
                with self.subTest(page=path, link=link):
                    self.assertTrue(os.path.exists(os.path.join(pages.ROOT, file)), f"{path}: {link} is not there")
                    if anchor:
                        self.assertIn(anchor, pages.anchors(file))

    def test_every_page_is_found_from_the_readme(self):
        found, next_ones = set(), ["README.md"]
        while next_ones:
            path = next_ones.pop()
            found.add(path)
            linked = (os.path.normpath(os.path.join(os.path.dirname(path), link.partition("#")[0])) for link in pages.links(path))
            next_ones += {each for each in linked if each.endswith(".md")} & set(pages.paths()) - found
        self.assertEqual(set(), set(pages.paths()) - found)

    def test_paths_in_code_are_there(self):
        for path in pages.paths():
            for span in pages.code_spans(pages.prose(path)):
                match = re.match(r"((?:exporter|config|docs|tests|dashboards)/[\w./-]*[\w/])(?=$|[\s`*{])", span)
                if match and "x_reader" not in span:
                    with self.subTest(page=path, span=span):
                        self.assertTrue(os.path.exists(os.path.join(pages.ROOT, match.group(1))) or
                                        os.path.exists(os.path.join(pages.ROOT, match.group(1) + ".cc")), span)


class ReadmesTest(unittest.TestCase):
    both = ("README.md", "README.zh-CN.md")

    def test_blocks_of_code_are_equal_but_for_comments(self):
        def bare(block):
            return block.info, [re.sub(r"\s*#.*", "", line) for line in block.text.splitlines()]

        english, chinese = ([bare(block) for block in pages.blocks(path)] for path in self.both)
        self.assertEqual(english, chinese)

    def test_tables_have_the_same_rows_code_and_links(self):
        def bare(path):
            return [[[(pages.code_spans(cell), re.findall(r"\]\(([^)]+)\)", cell)) for cell in row] for row in table]
                    for table in pages.tables(path)]

        english, chinese = map(bare, self.both)
        self.assertGreater(len(english), 2)
        self.assertEqual(english, chinese)

    def test_they_have_the_same_headings_links_and_code(self):
        heads = [re.findall(r"(?m)^(#+) ", pages.prose(path)) for path in self.both]
        self.assertEqual(*heads)
        links = [set(pages.links(path)) - set(self.both) for path in self.both]
        self.assertEqual(*links)
        self.assertEqual(*[sorted(pages.code_spans(pages.prose(path))) for path in self.both])


class BlocksTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="taskqueue-")
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        with open(os.path.join(self.folder.name, name), "w", encoding="utf-8") as file:
            file.write(text)

    def test_every_configuration_is_good(self):
        checked = 0
        for path in pages.paths():
            for block in (each for each in pages.blocks(path) if each.language == "toml"):
                with self.subTest(block=str(block)):
                    self.write("shown.toml", completed(block.text))
                    done = run_exporter(self.folder.name, "--config.check", "--config.file=shown.toml")
                    self.assertEqual(0, done.returncode, f"{block}\n{done.stderr}")
                    checked += 1
        self.assertGreater(checked, 8)

    def test_commands_that_are_marked_run_and_print_what_is_shown(self):
        """```sh run, after a ```toml block named by its first line; a ```text block right after it is the output."""
        ran = 0
        for path in pages.paths():
            known = pages.blocks(path)
            # Configurations of a page may stand after the command.
            for block in known:
                name = re.match(r"# ([\w.-]+\.toml)\n", block.text)
                if block.language == "toml" and name:
                    self.write(name.group(1), block.text)
            for index, block in enumerate(known):
                if block.info != "sh run":
                    continue
                text = re.sub(r"(?m)^(taskqueue_exporter|\./run)\b", EXPORTER, block.text)
                with self.subTest(block=str(block)):
                    done = subprocess.run(["bash", "-euc", text], cwd=self.folder.name, capture_output=True, text=True,
                                          timeout=60, check=False)
                    self.assertEqual(0, done.returncode, f"{block}\n{done.stderr}")
                    if index + 1 < len(known) and known[index + 1].info == "text":
                        self.assertEqual(known[index + 1].text.rstrip(), done.stdout.rstrip(), str(block))
                    ran += 1
        self.assertGreater(ran, 1)

    def test_other_commands_use_flags_and_suites_that_there_are(self):
        flags = set(re.findall(r"--[a-z][a-z.-]*[a-z]", run_exporter(self.folder.name, "--help").stdout)) | {"--build"}
        for path in pages.paths():
            for block in (each for each in pages.blocks(path) if each.language == "sh"):
                for line in block.text.splitlines():
                    with self.subTest(block=str(block), line=line):
                        self.hold_line(line.partition(" #")[0], flags)

    def hold_line(self, line, flags):
        if re.match(r"(\./run|taskqueue_exporter)\b", line):
            self.assertLessEqual(set(re.findall(r"--[a-z][a-z.-]*[a-z]", line)), flags)
        for suite in re.findall(r"\./test ([a-z]+)", line):
            self.assertTrue(os.path.exists(os.path.join(pages.ROOT, "tests", "suites", suite + ".sh")), suite)


class TroubleshootingTest(unittest.TestCase):
    def test_what_is_quoted_is_said_by_the_program(self):
        said = ""
        for folder, _, names in os.walk(os.path.join(pages.ROOT, "exporter")):
            for name in names:
                if name.endswith(".cc") and "simulator" not in folder:
                    said += pages.read(os.path.join(folder, name))
        first, second = pages.tables("docs/troubleshooting.md")[:2]
        quoted = [span for row in first[1:] if not row[0].startswith("systemd") for span in pages.code_spans(row[0])]
        quoted += [span for row in second[1:] for span in pages.code_spans(row[0] + row[1])]
        self.assertGreater(len(quoted), 20)
        for text in quoted:
            with self.subTest(text=text):
                self.assertIn(text, said)

    def test_every_result_of_a_refresh_is_there(self):
        results = {span for row in pages.tables("docs/troubleshooting.md")[1][1:] for span in pages.code_spans(row[0])}
        words = set(re.findall(r'return "(\w+)";', pages.read("exporter/failure.cc").partition("is_worth_retrying")[0]))
        self.assertEqual(words - {"stopped"}, results)


if __name__ == "__main__":
    unittest.main()
