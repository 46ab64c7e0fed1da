"""Every header compiles alone.

A source file that includes its own header first proves it with the build. The headers without such a source file are
compiled here, with the project's own flags.
"""
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tree

BUILD = os.environ.get("BUILD_DIR", os.path.join(tree.ROOT, "build", "release"))


def own_header_rule(file):
    own = file.path[: -len(".cc")] + ".h"
    if not file.path.endswith(".cc") or not os.path.exists(os.path.join(tree.ROOT, own)):
        return []
    first = next(tree.includes(file), (1, "nothing", True))
    return [] if first[1] == own else [f"{file.path}:{first[0]}: its own header comes first, not {first[1]}"]


def project_flags():
    """The compiler and flags of any of our own files, from the build's own record."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    entry = next(entry for entry in entries if "CMakeFiles/taskqueue.dir/" in entry["command"])
    words = shlex.split(entry["command"])
    if os.path.basename(words[0]) == "ccache":
        words.pop(0)
    output = words.index("-o")
    del words[output : output + 2]
    return [word for word in words if word != "-c" and not word.startswith("-O") and word != entry["file"]], entry["directory"]


def compile_alone(text_or_path, is_path=True):
    """What the compiler says about a header on its own; empty when it is content."""
    flags, folder = project_flags()
    command = flags + ["-fsyntax-only", "-U_FORTIFY_SOURCE", "-x", "c++", "-"]
    source = f'#include "{text_or_path}"\n' if is_path else text_or_path
    done = subprocess.run(command, cwd=folder, input=source, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr.strip() or "the compiler failed without a word"


class HeadersTest(tree.HouseTest):
    def test_a_source_file_includes_its_own_header_first(self):
        self.hold(own_header_rule, tree.walk("exporter"))
        self.catches(own_header_rule, "exporter/clock.cc", '#include <mutex>\n#include "exporter/clock.h"\n')

    def test_headers_without_a_source_file_compile_alone(self):
        paths = [file.path for file in tree.walk("exporter", endings=(".h",))]
        alone = [path for path in paths if not os.path.exists(os.path.join(tree.ROOT, path[:-2] + ".cc"))]
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            answers = dict(zip(alone, pool.map(compile_alone, alone)))
        broken = [f"{path}: does not compile alone:\n{said}" for path, said in answers.items() if said]
        self.assertFalse(broken, "\n" + "\n".join(broken))

    def test_the_compiler_can_say_no(self):
        self.assertIn("string", compile_alone("inline std::string f();\n", is_path=False))


if __name__ == "__main__":
    unittest.main()
