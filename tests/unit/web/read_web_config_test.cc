#include "exporter/web/web_config.h"
#include "tests/catch.h"
#include "tests/unit/web/web_folder.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {


struct ReadHouse {
  WebFolder folder;

  [[nodiscard]] WebConfigRead read(const std::string& text) const {
    return read_web_config(folder.write("web.yml", text));
  }
  /// The only complaint as it is shown, without the folder.
  [[nodiscard]] std::string complaint(const std::string& text) const {
    const auto complaints = read(text).complaints;
    REQUIRE(complaints.size() == 1);
    std::string shown = describe(complaints.front());
    const std::string prefix = (folder / "").string();
    for (auto at = shown.find(prefix); at != std::string::npos; at = shown.find(prefix)) shown.erase(at, prefix.size());
    return shown;
  }
};

}  // namespace

TEST_CASE("an empty file asks for nothing", "[web][read_web_config]") {
  const ReadHouse house;
  const auto read = house.read("");
  CHECK(read.complaints.empty());
  CHECK_FALSE(read.door.tls);
  CHECK(read.door.users.empty());
  CHECK_FALSE(read.door.rate_limit);
}

TEST_CASE("everything that can be asked for is understood", "[web][read_web_config]") {
  const ReadHouse house;
  const auto read = house.read(tls_text + "  min_version: TLS13\nbasic_auth_users:\n  alice: " + some_hash +
                               "\nrate_limit: {interval: 100ms, burst: 20}\nhttp_server_config:\n  http2: false\n"
                               "  headers: {X-Frame-Options: deny}\n");
  CHECK(read.complaints.empty());
  CHECK(read.warnings.empty());
  CHECK(read.door.tls);
  CHECK(read.door.users == Users{{"alice", Secret(some_hash)}});
  CHECK(read.door.rate_limit == RateLimit{.interval = 100ms, .burst = 20});
  CHECK(read.door.headers == std::vector<Header>{{"X-Frame-Options", "deny"}});
  CHECK(read.files == std::vector<std::filesystem::path>{house.folder / "web.yml", house.folder / "server.pem",
                                                         house.folder / "server.key"});
}

TEST_CASE("a complaint has file, line, column and a caret", "[web][read_web_config]") {
  const ReadHouse house;
  CHECK(house.complaint(tls_text + "  min_version: TLS14\n") ==
        "web.yml:4:16: min_version must be \"TLS13\", \"TLS12\", \"TLS11\" or \"TLS10\"\n"
        "    min_version: TLS14\n"
        "                 ^\n");
  CHECK(house.complaint("basic_auth_user:\n  alice: x\n") ==
        "web.yml:1:1: the file has no key \"basic_auth_user\": did you mean \"basic_auth_users\"?\n"
        "  basic_auth_user: ***\n"
        "  ^\n");
  CHECK(house.complaint("tls_server_config:\n  cert_file: none.pem\n  key_file: server.key\n") ==
        "web.yml:2:14: cert_file: none.pem does not exist\n"
        "    cert_file: none.pem\n"
        "               ^\n");
  CHECK(house.complaint("tls_server_config:\n  cert_file: server.pem\n  key_file: other.key\n") ==
        "web.yml:3:13: key_file is not the key of the certificate\n"
        "    key_file: other.key\n"
        "              ^\n");
}

TEST_CASE("all complaints come at once, in the file's order", "[web][read_web_config]") {
  const ReadHouse house;
  const auto complaints = house
                              .read(
                                  "basic_auth_users:\n  a: 1\nhttp_server_config:\n  http2: maybe\ntls_server_config:\n"
                                  "  cert_file: server.pem\n  colour: red\n")
                              .complaints;
  REQUIRE(complaints.size() == 4);
  CHECK(complaints[0].line == 2);
  CHECK(complaints[1].line == 4);
  CHECK(complaints[2].line == 6);
  CHECK(complaints[3].line == 7);
}

TEST_CASE("no complaint shows a secret", "[web][read_web_config]") {
  const ReadHouse house;
  for (const std::string& text :
       {"basic_auth_users:\n  alice: hunter2\n"s, "basic_auth_users: {alice: hunter2}\n"s,
        "basic_auth_users: hunter2\n"s, "basic_auth_users:\n  alice: [hunter2]\n"s,
        "tls_server_config:\n  kye: hunter2\n"s, "tls_server_config:\n  cert_file: server.pem\n  key: hunter2\n"s,
        "tls_server_config:\n  key: [hunter2]\n"s, "basic_auth_users:\n  alice: \"hunter2\n"s,
        "basic_auth_users:\n  alice: *hunter2\n"s, "hunter2"s, "basic_auth_users:\n  alice: x\n  alice: hunter2\n"s,
        "basic_auth_users: hunter2: x\n"s}) {
    CAPTURE(text);
    const auto complaints = house.read(text).complaints;
    CHECK_FALSE(complaints.empty());
    for (const Complaint& complaint : complaints) CHECK(describe(complaint).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("old versions are raised with a warning", "[web][read_web_config]") {
  const ReadHouse house;
  const auto read = house.read(tls_text + "  min_version: TLS10\n");
  CHECK(read.complaints.empty());
  REQUIRE(read.warnings.size() == 1);
  CHECK(read.warnings[0].line == 4);
}

TEST_CASE("an empty list of names is no mistake where no certificate is asked for", "[web][read_web_config]") {
  const ReadHouse house;
  CHECK(house.read(tls_text + "  client_allowed_sans: []\n").complaints.empty());
  CHECK(house.complaint(tls_text + "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: []\n")
            .find("nobody could connect") != std::string::npos);
}

TEST_CASE("a complaint holds nothing that a terminal obeys", "[web][read_web_config]") {
  const ReadHouse house;
  CHECK(house.complaint("tls_server_config:\n  cert_file: \"\\e[31m\\u009b2Jx\"\n  key_file: server.key\n")
            .find("cert_file: ?[31m?2Jx does not exist") != std::string::npos);
  CHECK(house.complaint("\"\\x9bx\": \x7f\n").find("no key \"?x\"") != std::string::npos);
  CHECK(house.complaint("\xc2x: y\n").find("no key \"\xc2x\"") != std::string::npos);
  CHECK(house.complaint("a: \xc2\x9b\n").find_first_of("\xc2\x9b") == std::string::npos);
}

TEST_CASE("strange YAML is a complaint and never a crash", "[web][read_web_config]") {
  const ReadHouse house;
  for (const std::string& text :
       {"a: &a [*a]\n"s, "? [x]\n: y\n"s, "tls_server_config: {? {a: b} : c}\n"s, "%YAML 9.9\n---\n"s, "\x00\x01"s,
        "{{{{"s, std::string(5000, '['), std::string(5000, '{'), "- - - -"s, "!!binary x"s, "\xff\xfe\xff"s,
        "---\n---\n"s, "basic_auth_users: !x y\n"s, "tls_server_config: 0x10\n"s}) {
    CAPTURE(text.substr(0, 40));
    CHECK_NOTHROW(house.read(text));
  }
}

TEST_CASE("the fingerprint follows every file's content", "[web][read_web_config]") {
  const ReadHouse house;
  const auto first = house.read(tls_text).fingerprint;
  CHECK(house.read(tls_text).fingerprint == first);
  CHECK(house.read(tls_text + "# comment\n").fingerprint != first);
  house.folder.write("server.pem", "");
  const auto broken = house.read(tls_text).fingerprint;
  CHECK(broken != first);
  std::filesystem::remove(house.folder / "server.pem");
  CHECK(house.read(tls_text).fingerprint != broken);
}
