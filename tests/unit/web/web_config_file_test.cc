#include "exporter/web/web_config_file.h"

#include <algorithm>

#include "exporter/manual_clock.h"
#include "exporter/web/tls_context.h"
#include "tests/catch.h"
#include "tests/unit/web/web_folder.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace std::chrono_literals;

namespace {

const std::string other_hash = "$2y$04$nn6FwvIVWo2BqiX9oR.1Z.je8.in8CYBaBmUbuETEmsVXZlKehbpq";

std::string login_of_alice(const std::string& password_hash) {
  return "basic_auth_users:\n  alice: " + password_hash + "\n";
}

class KeptLog final : public Log {
 public:
  [[nodiscard]] bool shows(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view, std::string_view event, Fields) override { events.emplace_back(event); }
  [[nodiscard]] auto count(std::string_view words) const {
    return std::ranges::count_if(events,
                                 [&](const std::string& event) { return event.find(words) != std::string::npos; });
  }
  std::vector<std::string> events;
};

/// The clock stands far in the future, so that no file is fresh.
struct FileHouse {
  WebFolder folder;
  ManualClock clock{
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::sys_days{std::chrono::year{2100} / 1 / 1})};
  KeptLog log;
  WebConfigFile file{folder.write("web.yml", tls_text + login_of_alice(some_hash)), clock, log};

  FileHouse() { REQUIRE(file.open().empty()); }
};

}  // namespace

TEST_CASE("an unchanged file gives the same door", "[web][web_config_file]") {
  FileHouse house;
  const auto door = house.file.door();
  CHECK(house.file.door() == door);
  CHECK(house.log.events.empty());
}

TEST_CASE("a changed password holds at once", "[web][web_config_file]") {
  FileHouse house;
  house.folder.write("web.yml", tls_text + login_of_alice(other_hash));
  CHECK(house.file.door()->users.at("alice").reveal() == other_hash);
  CHECK(house.log.count("read again") == 1);
}

TEST_CASE("a certificate changes with its key, and not before", "[web][web_config_file]") {
  FileHouse house;
  const auto before = house.file.door();
  std::filesystem::copy_file(house.folder / "other.pem", house.folder / "server.pem",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(house.file.door() == before);
  CHECK(house.log.count("wrong") == 1);
  std::filesystem::copy_file(house.folder / "other.key", house.folder / "server.key",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(house.file.door()->tls != before->tls);
}

TEST_CASE("a broken or absent file changes nothing and is told once", "[web][web_config_file]") {
  FileHouse house;
  const auto before = house.file.door();
  house.folder.write("web.yml", "tls_server_config: [");
  for (int i = 0; i < 3; ++i) CHECK(house.file.door() == before);
  CHECK(house.log.count("wrong") == 1);
  std::filesystem::remove(house.folder / "web.yml");
  for (int i = 0; i < 3; ++i) CHECK(house.file.door() == before);
  CHECK(house.log.count("wrong") == 2);
  house.folder.write("web.yml", tls_text + login_of_alice(other_hash));
  CHECK(house.file.door() != before);
}

TEST_CASE("a running process neither drops nor begins TLS, nor opens its door to everybody", "[web][web_config_file]") {
  FileHouse house;
  const auto before = house.file.door();
  for (const std::string& text : {std::string(), login_of_alice(some_hash), tls_text}) {
    CAPTURE(text);
    house.folder.write("web.yml", text);
    CHECK(house.file.door() == before);
  }
  CHECK(house.log.count("needs a restart") == 3);
}

TEST_CASE("what is asked of clients' certificates never becomes less while it runs", "[web][web_config_file]") {
  FileHouse house;
  const std::string verified = "  client_auth_type: RequireAndVerifyClientCert\n";
  const std::string any = "  client_auth_type: RequireAnyClientCert\n";
  const std::string if_given = "  client_auth_type: VerifyClientCertIfGiven\n";
  const std::string authority = "  client_ca_file: server.pem\n";
  const std::string names = "  client_allowed_sans: [a, b]\n";
  const auto [now, then] = GENERATE_COPY(table<std::string, std::string>({
      {verified + authority, ""},
      {verified + authority, verified},
      {verified + authority, any},
      {verified + authority, if_given + authority},
      {verified + authority + names, verified + authority},
      {any + names, any},
      {any, ""},
      {any, if_given},
      {any, "  client_auth_type: RequestClientCert\n"},
      {if_given + authority, if_given},
      {if_given, "  client_auth_type: NoClientCert\n"},
  }));
  CAPTURE(now, then);
  WebConfigFile file(house.folder.write("clients.yml", tls_text + now), house.clock, house.log);
  REQUIRE(file.open().empty());
  const auto before = file.door();
  house.folder.write("clients.yml", tls_text + then);
  for (int i = 0; i < 3; ++i) CHECK(file.door() == before);
  CHECK(house.log.count("needs a restart") == 1);
}

TEST_CASE("as much or more may be asked of clients' certificates while it runs", "[web][web_config_file]") {
  FileHouse house;
  const std::string verified = "  client_auth_type: RequireAndVerifyClientCert\n";
  const std::string authority = "  client_ca_file: server.pem\n";
  const auto [now, then] = GENERATE_COPY(table<std::string, std::string>({
      {"", verified + authority},
      {"  client_auth_type: RequestClientCert\n", ""},
      {"  client_auth_type: VerifyClientCertIfGiven\n", verified},
      {verified, verified + authority},
      {verified + authority, verified + "  client_ca_file: other.pem\n"},
      {verified + "  client_allowed_sans: [a, b]\n", verified + "  client_allowed_sans: [b, c, d]\n"},
  }));
  CAPTURE(now, then);
  WebConfigFile file(house.folder.write("clients.yml", tls_text + now), house.clock, house.log);
  REQUIRE(file.open().empty());
  const auto before = file.door();
  house.folder.write("clients.yml", tls_text + then);
  CHECK(file.door() != before);
}

TEST_CASE("users may come to a file that had none", "[web][web_config_file]") {
  FileHouse house;
  house.folder.write("plain.yml", "");
  WebConfigFile plain(house.folder / "plain.yml", house.clock, house.log);
  REQUIRE(plain.open().empty());
  house.folder.write("plain.yml", login_of_alice(some_hash));
  CHECK(plain.door()->users.size() == 1);
}

TEST_CASE("a fresh file is read again after a rest, in case it changed within its time stamp's grain",
          "[web][web_config_file]") {
  WebFolder folder;
  KeptLog log;
  SystemClock system;
  ManualClock clock(system.wall_now());
  WebConfigFile file(folder.write("web.yml", login_of_alice(some_hash)), clock, log);
  REQUIRE(file.open().empty());
  // A rest that is over means one more reading, which finds nothing new and says nothing.
  clock.advance(150ms);
  const auto door = file.door();
  CHECK(file.door() == door);
  CHECK(log.events.empty());
}
