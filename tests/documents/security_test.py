"""docs/security.md lists the libraries that the program is made of, with the versions of this Debian."""
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import pages
from pages_test import EXPORTER

# The page's names: the package that holds each on Debian 12 or 13, and what the linker knows it by.
LIBRARIES = {
    "OpenSSL": ("libssl-dev", ("libssl", "libcrypto")),
    "cpp-httplib": ("libcpp-httplib-dev", ("libcpp-httplib",)),
    "brotli": ("libbrotli1", ("libbrotlidec", "libbrotlienc", "libbrotlicommon")),
    "zlib": ("zlib1g-dev", ("libz",)),
    "prometheus-cpp (core)": ("prometheus-cpp-dev", ("libprometheus-cpp-core",)),
    "toml++": ("libtomlplusplus-dev", ("libtomlplusplus",)),
    "yaml-cpp": ("libyaml-cpp-dev", ("libyaml-cpp",)),
    "libxcrypt": ("libcrypt1", ("libcrypt",)),
    "SQLite": ("libsqlite3-dev", ("libsqlite3",)),
    "hiredis": ("libhiredis-dev", ("libhiredis",)),
    "nlohmann_json": ("nlohmann-json3-dev", ()),
    "CLI11": ("libcli11-dev", ()),
    "Boost.Asio, Boost.Beast": ("libboost-dev", ()),
}
OF_THE_SYSTEM = {"linux-vdso", "libstdc++", "libm", "libgcc_s", "libc"}


def rows():
    """Name, versions in Debian 12 and 13, whether it is shared."""
    part = pages.read("docs/security.md").split("## What it is made of")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| ")]
    return {name: ({"12": old, "13": new}, how == "shared") for name, old, new, _, how in cells[1:]}


def debian():
    with open("/etc/os-release", encoding="utf-8") as file:
        return re.search(r'VERSION_ID="?(\d+)', file.read()).group(1)


class MadeOfTest(unittest.TestCase):
    def test_every_shared_library_is_named_and_no_other(self):
        linked = set(re.findall(r"(?m)^\s*([\w+-]+?)\.so\S* (?:=>|\()", subprocess.run(["ldd", EXPORTER], capture_output=True, text=True, check=True).stdout))
        named = {library for name, (_, shared) in rows().items() if shared for library in LIBRARIES[name][1]}
        self.assertEqual(linked - OF_THE_SYSTEM - {name for name in linked if name.startswith(("ld-", "libasan", "libubsan", "libtsan"))}, named)

    def test_every_library_that_the_build_takes_is_named(self):
        text = pages.read(".ci/packages")
        taken = set(re.findall(r"\S+-dev\b", re.search(r"(?s)build_packages=\((.*?)\)", text).group(1)))
        self.assertLessEqual(taken, {package for package, _ in LIBRARIES.values()})
        self.assertEqual(set(rows()), set(LIBRARIES))

    def test_the_versions_are_those_of_this_debian(self):
        for name, (versions, _) in rows().items():
            package = LIBRARIES[name][0]
            installed = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True, check=True).stdout
            with self.subTest(library=name):
                self.assertRegex(re.sub(r"^\d+:", "", installed), rf"^{re.escape(versions[debian()])}\b", package)


if __name__ == "__main__":
    unittest.main()
