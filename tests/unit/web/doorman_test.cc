#include "exporter/web/doorman.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "exporter/manual_clock.h"
#include "tests/catch.h"
#include "tests/unit/web/web_folder.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace std::chrono_literals;

namespace {

// Of "secret", at the lowest cost.
const std::string users = "basic_auth_users:\n  alice: $2y$04$1hDrWMEjTnIqZSHB7ySWQeRLGCd0etW894F1UCE3oPAMiDsTxGO2.\n";
const std::string alice = "Basic YWxpY2U6c2VjcmV0";
const std::string wrong = "Basic YWxpY2U6Z3Vlc3M=";
const std::string nobody = "Basic bm9ib2R5OnNlY3JldA==";

/// A doorman on a loop that the test itself turns.
struct DoormanHouse {
  explicit DoormanHouse(const std::string& text) : file(folder.write("web.yml", text), clock, log) {
    REQUIRE(file.open().empty());
    doorman.emplace(router, clock, mailbox, &file, &random);
  }
  ~DoormanHouse() { mailbox->close(); }

  Response ask(const std::string& authorization = "") {
    std::optional<Response> answer;
    send("192.0.2.7:1234", authorization, [&](Response response) { answer = std::move(response); });
    context.restart();
    const auto work = boost::asio::make_work_guard(context);
    while (!answer) context.run_one();
    return *answer;
  }

  void send(const std::string& peer, const std::string& authorization, Respond respond) {
    Request request{.method = "GET", .path = "/", .peer = peer};
    if (!authorization.empty()) request.headers = {{"Authorization", authorization}};
    doorman->answer(request, std::move(respond));
  }

  WebFolder folder;
  ManualClock clock{WallTime{} + std::chrono::years{130}};
  SilentLog log;
  SystemRandom random;
  boost::asio::io_context context;
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(context);
  int let_in = 0;
  Router router{{{"/", {"GET"}, at_once([this](const Request&) {
                    ++let_in;
                    Response response = plain(200, "hello");
                    response.headers = {{"X-Frame-Options", "DENY"}};
                    return response;
                  })}}};
  WebConfigFile file;
  std::optional<Doorman> doorman;
};

std::optional<std::string> header(const Response& response, const std::string& name) {
  for (const Header& each : response.headers) {
    if (each.name == name) return each.value;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("nobody but who knows a password comes in", "[web][doorman]") {
  DoormanHouse house(users);
  for (const std::string& login : {std::string(), wrong, nobody, std::string("Bearer x")}) {
    CAPTURE(login);
    const Response response = house.ask(login);
    CHECK(response.status == 401);
    CHECK(header(response, "WWW-Authenticate").value_or("").starts_with("Basic realm="));
  }
  CHECK(house.let_in == 0);
  CHECK(house.ask(alice).status == 200);
  CHECK(house.ask(alice).status == 200);
  CHECK(house.let_in == 2);
}

TEST_CASE("a changed password shuts out who was remembered", "[web][doorman]") {
  DoormanHouse house(users);
  CHECK(house.ask(alice).status == 200);
  house.folder.write("web.yml",
                     "basic_auth_users:\n  alice: $2y$04$nn6FwvIVWo2BqiX9oR.1Z.je8.in8CYBaBmUbuETEmsVXZlKehbpq\n");
  CHECK(house.ask(alice).status == 401);
}

TEST_CASE("guesses from many addresses do not shut out a newcomer", "[web][doorman]") {
  // Of "secret", at a cost that leaves time to fill the desk.
  DoormanHouse house("basic_auth_users:\n  alice: $2y$08$nIKjXKyh8jHBaK8b5oWpmesKK9Q7w9VkpiYmtYmmdiWSUFXeFemU6\n");
  std::vector<std::vector<int>> statuses(8 * 17);
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    house.send("198.51.100." + std::to_string(i % 8) + ":1", wrong,
               [&heard = statuses[i]](const Response& response) { heard.push_back(response.status); });
  }
  CHECK(house.ask(alice).status == 200);
  for (const auto& heard : statuses) {
    CHECK(heard.size() <= 1);
    CHECK((heard.empty() || heard.front() == 401 || heard.front() == 429));
  }
}

TEST_CASE("the rate limit comes before everything else", "[web][doorman]") {
  DoormanHouse house(users + "rate_limit: {interval: 2s, burst: 1}\n");
  CHECK(house.ask().status == 401);
  const Response refused = house.ask(alice);
  CHECK(refused.status == 429);
  CHECK(header(refused, "Retry-After") == "2");
  house.clock.advance(2s);
  CHECK(house.ask(alice).status == 200);
}

TEST_CASE("the operator's headers stand on every answer, in the place of ours", "[web][doorman]") {
  DoormanHouse house(users + "http_server_config:\n  headers:\n    X-Frame-Options: sameorigin\n");
  for (const std::string& login : {alice, wrong}) {
    const Response response = house.ask(login);
    CHECK(header(response, "X-Frame-Options") == "sameorigin");
    CHECK(std::ranges::count(response.headers, "X-Frame-Options", &Header::name) == 1);
  }
}
