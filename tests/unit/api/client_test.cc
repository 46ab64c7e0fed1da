#include "exporter/api/client.h"

#include <deque>
#include <functional>

#include "exporter/api/local_quota.h"
#include "exporter/manual_clock.h"
#include "exporter/utc.h"
#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

struct SteadyRandom final : Random {
  std::uint64_t bits() override { return ++last; }
  std::uint64_t last = 0;
};

/// Answers what a test has lined up, then "fine" for ever.
struct LinedUpTransport final : Transport {
  Result<HttpResponse, Failure> send(const Endpoint&, const HttpRequest& request, SteadyTime deadline,
                                     const std::stop_token&) override {
    requests.push_back(request);
    deadlines.push_back(deadline);
    if (on_send) on_send();
    if (answers.empty()) return ok();
    auto answer = answers.front();
    answers.pop_front();
    return answer;
  }
  static HttpResponse ok() {
    HttpResponse response;
    response.status = 200;
    response.body = "fine";
    return response;
  }
  std::deque<Result<HttpResponse, Failure>> answers;
  std::vector<HttpRequest> requests;
  std::vector<SteadyTime> deadlines;
  std::function<void()> on_send;
};

/// A body of "fine" is a success, any other is the error code.
struct PlainDialect final : Dialect {
  HttpRequest request(const Call& call, const Signing& signing) const override {
    HttpRequest request;
    request.headers.push_back({"Authorization", "X Signature=signature-of-" + signing.credentials.id});
    request.body = call.action + " " + signing.credentials.id + " " + signing.nonce + " " + utc_seconds(signing.now);
    return request;
  }
  Result<Answer, Failure> judge(const HttpResponse& response) const override {
    if (response.status >= 500) return Unexpected(Failure{.kind = FailureKind::server, .sentence = "gateway"});
    if (response.body.starts_with("echo")) {
      return Unexpected(Failure{.kind = FailureKind::request, .code = "odd", .sentence = response.body});
    }
    if (response.body == "fine") return Answer{.fields = {}, .request_id = "r"};
    Failure failure{.kind = FailureKind::request, .code = response.body, .sentence = "no"};
    if (response.body == "slow") failure.kind = FailureKind::throttled;
    if (response.body == "clock" || response.body == "expired") failure.kind = FailureKind::credentials;
    if (response.body == "quiet") {
      failure.kind = FailureKind::throttled;
      failure.retry_after = Milliseconds{60000};
    }
    return Unexpected(failure);
  }
  bool is_documented(std::string_view code) const override { return code != "odd"; }
  bool is_clock_fault(std::string_view code) const override { return code == "clock"; }
};

struct Keys final : CredentialsProvider {
  Result<Credentials, Failure> get(const std::stop_token&) override {
    if (missing) return Unexpected(Failure{.kind = FailureKind::credentials, .sentence = "no keys"});
    return Credentials{.id = id, .key = Secret("key"), .token = Secret("planted-token")};
  }
  void refused(const Credentials&) override {
    if (!next.empty()) id = next;
  }
  bool missing = false;
  std::string id = "id";
  std::string next;  // what comes once the first are refused
};

HttpResponse says(std::string body, int status = 200, std::string date = "") {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  if (!date.empty()) response.headers.push_back({"date", std::move(date)});
  return response;
}

struct ClientBench {
  ManualClock clock{*parse_utc("2026-03-01T10:00:00Z")};
  LinedUpTransport transport;
  Keys keys;
  LocalQuotaBook quotas{clock};
  Instruments instruments;
  CloudClock cloud_clock{clock, "tencent", instruments};
  SteadyRandom random;
  SilentLog log;
  std::stop_source stop;
  Client client{ClientTarget{.endpoint = {.tls = false, .host = "127.0.0.1", .port = 1},
                             .provider = "tencent",
                             .account = "media",
                             .cloud_service = "mps",
                             .cloud_region = "",
                             .timeout = seconds{10},
                             .ceilings = {{"DescribeTasks", 10}}},
                std::make_unique<PlainDialect>(),
                ClientParts{clock, transport, keys, quotas, cloud_clock, instruments, random, log}, stop.get_token()};

  Result<Answer, Failure> call() { return client.call({.action = "DescribeTasks"}); }
  std::string metrics() const {
    std::string text;
    for (const FamilyText& family : instruments.collect()) text += family.lines;
    return text;
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string labels = R"(account="media",action="DescribeTasks",cloud_service="mps")";

}  // namespace

TEST_CASE("what may help is tried again, each attempt with a fresh nonce, time and deadline", "[api][client]") {
  ClientBench bench;
  bench.transport.answers = {Unexpected(Failure{.kind = FailureKind::network, .sentence = "cut"}), says("", 502)};
  const auto answer = bench.call();
  REQUIRE(answer);
  REQUIRE(bench.transport.requests.size() == 3);
  CHECK(bench.transport.requests[0].body != bench.transport.requests[1].body);
  CHECK(bench.transport.requests[1].body != bench.transport.requests[2].body);
  CHECK(bench.transport.deadlines[0] < bench.transport.deadlines[1]);
  const std::string metrics = bench.metrics();
  CHECK(contains(metrics, R"(code="OK",provider="tencent"} 1)"));
  CHECK(contains(metrics, R"(code="network",provider="tencent"} 1)"));
  CHECK(contains(metrics, R"(code="http_5xx",provider="tencent"} 1)"));
}

TEST_CASE("three attempts are all", "[api][client]") {
  ClientBench bench;
  for (int i = 0; i < 5; ++i) bench.transport.answers.push_back(says("", 500));
  const auto answer = bench.call();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == FailureKind::server);
  CHECK(bench.transport.requests.size() == 3);
}

TEST_CASE("what cannot help is not tried again", "[api][client]") {
  ClientBench bench;
  bench.transport.answers = {says("InvalidParameter")};
  const auto answer = bench.call();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "InvalidParameter");
  CHECK(bench.transport.requests.size() == 1);
}

TEST_CASE("codes that no document names are counted together", "[api][client]") {
  ClientBench bench;
  bench.transport.answers = {says("odd")};
  REQUIRE_FALSE(bench.call());
  CHECK(contains(bench.metrics(), R"(code="other",provider="tencent"} 1)"));
  CHECK_FALSE(contains(bench.metrics(), R"(code="odd")"));
}

TEST_CASE("throttling lowers the limiter, is counted, and is tried again later", "[api][client]") {
  ClientBench bench;
  bench.transport.answers = {says("slow")};
  const SteadyTime before = bench.clock.steady_now();
  REQUIRE(bench.call());
  CHECK(bench.clock.steady_now() - before >= seconds{1});
  CHECK(contains(bench.metrics(), "taskqueue_api_throttled_total{" + labels + R"(,provider="tencent"} 1)"));
  CHECK(bench.quotas.entries().at(0).reading.rate < 10);
}

TEST_CASE("a long silence is left to the next refresh, and the limiter keeps it", "[api][client]") {
  ClientBench bench;
  bench.transport.answers = {says("quiet")};
  const SteadyTime before = bench.clock.steady_now();
  REQUIRE_FALSE(bench.call());
  CHECK(bench.transport.requests.size() == 1);
  CHECK(bench.clock.steady_now() - before < seconds{1});
  REQUIRE(bench.call());
  CHECK(bench.clock.steady_now() - before >= seconds{60});
}

TEST_CASE("a refusal because of the clock sets the clock and is tried once more", "[api][client]") {
  ClientBench bench;
  bench.transport.answers = {says("clock", 200, "Sun, 01 Mar 2026 10:20:00 GMT")};
  REQUIRE(bench.call());
  REQUIRE(bench.transport.requests.size() == 2);
  CHECK(contains(bench.transport.requests[1].body, "2026-03-01T10:20:00Z"));
  CHECK(contains(bench.metrics(), R"(taskqueue_clock_offset_seconds{provider="tencent"} 1200.5)"));
  bench.transport.answers = {says("clock"), says("clock")};
  REQUIRE_FALSE(bench.call());
  CHECK(bench.transport.requests.size() == 4);
}

TEST_CASE("a date that no clock of the provider's can have is not believed, unless it refuses our time",
          "[api][cloud_clock]") {
  ClientBench bench;
  bench.transport.answers = {says("fine", 200, "Sun, 01 Mar 2026 10:05:00 GMT"),
                             says("fine", 200, "Wed, 11 Mar 2026 10:00:00 GMT"),
                             says("fine", 200, "Sat, 01 Mar 2025 10:00:00 GMT")};
  REQUIRE(bench.call());
  const Milliseconds known = bench.cloud_clock.offset();
  CHECK(known == Milliseconds{300500});
  for (int i = 0; i < 2; ++i) {
    const auto answer = bench.call();
    REQUIRE(answer);
    CHECK(answer->date == bench.clock.wall_now() + known);
    CHECK(bench.cloud_clock.offset() == known);
  }
  bench.transport.answers = {says("clock", 200, "Wed, 11 Mar 2026 10:00:00 GMT")};
  REQUIRE(bench.call());
  CHECK(bench.cloud_clock.offset() > std::chrono::hours{239});
}

TEST_CASE("what a refusal repeats of keys, signature and secret parameters is hidden", "[api][client]") {
  ClientBench bench;
  bench.transport.answers = {says("echo planted-token signature-of-id eyJhbGciOi and key")};
  const auto answer = bench.client.call(
      {.action = "DescribeTasks", .parameters = {{"OIDCToken", "eyJhbGciOi"}}, .secrets = {"OIDCToken", "Absent"}});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().sentence == "echo (hidden) (hidden) (hidden) and key");
}

TEST_CASE("a second's difference is within what a Date header can tell", "[api][cloud_clock]") {
  ClientBench bench;
  bench.transport.answers = {says("fine", 200, "Sun, 01 Mar 2026 09:59:59 GMT")};
  const auto answer = bench.call();
  REQUIRE(answer);
  CHECK(answer->date == *parse_utc("2026-03-01T09:59:59Z"));
  CHECK(bench.cloud_clock.offset() == Milliseconds{0});
}

TEST_CASE("without keys nothing is sent", "[api][client]") {
  ClientBench bench;
  bench.keys.missing = true;
  const auto answer = bench.call();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == FailureKind::credentials);
  CHECK(bench.transport.requests.empty());
}

TEST_CASE("keys are waited for before the permission to call, so that calls do not pile up behind them",
          "[api][client]") {
  ClientBench bench;
  bench.keys.missing = true;
  const SteadyTime before = bench.clock.steady_now();
  for (int i = 0; i < 100; ++i) REQUIRE_FALSE(bench.call());
  CHECK(bench.clock.steady_now() == before);
  CHECK(bench.quotas.entries().at(0).reading.waited == 0);
}

TEST_CASE("a stop ends the call before the next attempt", "[api][client]") {
  ClientBench bench;
  bench.transport.answers = {says("", 500)};
  bench.transport.on_send = [&] { bench.stop.request_stop(); };
  const auto answer = bench.call();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == FailureKind::stopped);
  CHECK(bench.transport.requests.size() == 1);
  CHECK_FALSE(bench.call());
  CHECK(bench.transport.requests.size() == 1);
}

TEST_CASE("every attempt waits for the quota", "[api][client]") {
  ClientBench bench;
  const SteadyTime before = bench.clock.steady_now();
  for (int i = 0; i < 100; ++i) REQUIRE(bench.call());
  CHECK(bench.clock.steady_now() - before >= seconds{9});
  CHECK(bench.quotas.entries().at(0).reading.waited > 0);
}

TEST_CASE("a call whose keys are refused is made once more with others, where there are others", "[api][client]") {
  ClientBench bench;
  bench.keys.next = "new";
  bench.transport.answers = {says("expired")};
  REQUIRE(bench.call());
  REQUIRE(bench.transport.requests.size() == 2);
  CHECK(contains(bench.transport.requests[0].body, " id "));
  CHECK(contains(bench.transport.requests[1].body, " new "));
  bench.transport.answers = {says("expired")};
  const auto second = bench.call();
  REQUIRE_FALSE(second);
  CHECK(second.error().code == "expired");
  CHECK(bench.transport.requests.size() == 3);
}
