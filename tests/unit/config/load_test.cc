#include "exporter/config/load.h"

#include <unistd.h>

#include <fstream>

#include "exporter/config/endpoint.h"
#include "tests/catch.h"
#include "tests/unit/config/services.h"

using namespace std::chrono_literals;
using taskqueue::Config;
using taskqueue::CredentialsSource;
using taskqueue::Endpoint;
using taskqueue::OnStale;
using taskqueue::ProxyAddress;

namespace {

Config loaded(std::string_view text, std::string_view name = "test.toml") {
  auto config = taskqueue::parse_config(text, name, taskqueue::test_services());
  if (!config) {
    for (const auto& complaint : config.error()) UNSCOPED_INFO(describe(complaint));
  }
  REQUIRE(config);
  return std::move(*config);
}

constexpr std::string_view smallest = R"(
[accounts.media]
provider = "tencent"
[queues.transcode]
service = "mps"
account = "media"
)";

std::string refusal(const std::filesystem::path& file) {
  const auto config = taskqueue::load_config(file, taskqueue::test_services());
  REQUIRE_FALSE(config);
  REQUIRE(config.error().size() == 1);
  return describe(config.error().front());
}

}  // namespace

TEST_CASE("the smallest configuration has the documented defaults", "[config][load]") {
  const Config config = loaded(smallest);
  CHECK(config.polling == taskqueue::Polling{});
  CHECK(config.polling.interval == 30s);
  CHECK(config.polling.timeout == 10s);
  CHECK_FALSE(config.polling.stale_after);
  CHECK(config.polling.recount == 24h);
  CHECK(config.guards == taskqueue::Guards{});
  CHECK(config.ledger == taskqueue::LedgerConfig{});
  REQUIRE(config.accounts.size() == 1);
  CHECK(config.accounts.at("media").name == "media");
  CHECK(config.accounts.at("media").credentials.source == CredentialsSource::chain);
  REQUIRE(config.queues.size() == 1);
  CHECK(config.queues[0].name == "transcode");
  CHECK(config.queues[0].service == "mps");
  CHECK(config.queues[0].region.empty());
  CHECK_FALSE(config.queues[0].endpoint);
}

TEST_CASE("polling and guards are read, and a queue's own keys go before", "[config][load]") {
  const Config config = loaded(R"(
[polling]
interval = "1m"
timeout = "5s"
stale_after = "10m"
on_stale = "serve"
quota_share = 1
max_series = 7
max_types = 8
recount = "12h"
[accounts.media]
provider = "tencent"
[queues.a]
service = "mps"
account = "media"
[queues.b]
service = "vod"
account = "media"
interval = "15s"
timeout = "2s"
stale_after = "auto"
on_stale = "drop"
recount = "1d"
)");
  CHECK(config.guards == taskqueue::Guards{.quota_share = 1, .max_series = 7, .max_types = 8});
  CHECK(config.polling == taskqueue::Polling{60s, 5s, 600s, OnStale::serve, 12h});
  CHECK(config.queues[0].polling == config.polling);
  CHECK(config.queues[1].polling == taskqueue::Polling{15s, 2s, std::nullopt, OnStale::drop, 24h});
}

TEST_CASE("ledgers are read, relative paths from the configuration's folder", "[config][load]") {
  const std::string text(smallest);
  CHECK(loaded("[ledger]\nfile = \"/var/lib/x\"\n" + text).ledger.file == "/var/lib/x");
  CHECK(loaded("[ledger]\nfile = \"x\"\n" + text, "/etc/exporter/a.toml").ledger.file == "/etc/exporter/x");
  const auto redis = loaded(
      "[ledger]\nredis = \"rediss://redis:6379/0\"\nredis_prefix = \"tq:\"\nredis_password_file = \"/etc/passwd\"\n" +
      text);
  CHECK(redis.ledger.redis.reveal() == "rediss://redis:6379/0");
  CHECK(redis.ledger.redis_prefix == "tq:");
  CHECK(redis.ledger.redis_password_file == "/etc/passwd");
}

TEST_CASE("accounts are read whole", "[config][load]") {
  const Config config = loaded(std::string(smallest) + R"(
[accounts.a]
provider = "tencent"
credentials = "static"
secret_id = "id"
secret_key_file = "/etc/passwd"
session_token = "token"
assume_role = { arn = "qcs::cam::uin/1:roleName/r", session_name = "s", external_id = "e" }
site = "intl"
proxy = "http://me:pw@proxy:3128"
ca_file = "/etc/passwd"
sts_endpoint = "https://sts.example:8443"
metadata_endpoint = "http://169.254.0.23"
[accounts.a.limits]
"batch.DescribeTask" = 20
vod.DescribeTasks = 2.5
[accounts.b]
provider = "alibaba"
credentials = "static"
access_key_id = "id"
access_key_secret = "secret"
[accounts.c]
provider = "alibaba"
credentials = "profile"
profile = "production"
)");
  const auto& a = config.accounts.at("a");
  CHECK(a.credentials.source == CredentialsSource::static_keys);
  CHECK(a.credentials.id.value.reveal() == "id");
  CHECK(a.credentials.key.file == "/etc/passwd");
  CHECK(a.credentials.key.value.empty());
  CHECK(a.credentials.token.value.reveal() == "token");
  CHECK(a.credentials.assume_role == taskqueue::AssumeRole{"qcs::cam::uin/1:roleName/r", "s", "e"});
  CHECK(a.international);
  CHECK(a.proxy == ProxyAddress{.host = "proxy", .port = 3128, .user = "me", .password = taskqueue::Secret("pw")});
  CHECK(a.sts_endpoint == Endpoint{.tls = true, .host = "sts.example", .port = 8443});
  CHECK(a.metadata_endpoint == Endpoint{.tls = false, .host = "169.254.0.23", .port = 80});
  CHECK(a.ca_file == "/etc/passwd");
  CHECK(a.limits == std::map<std::string, double>{{"batch.DescribeTask", 20}, {"vod.DescribeTasks", 2.5}});
  CHECK(config.accounts.at("b").credentials.id.value.reveal() == "id");
  CHECK(config.accounts.at("b").credentials.key.value.reveal() == "secret");
  CHECK(config.accounts.at("c").credentials.source == CredentialsSource::profile);
  CHECK(config.accounts.at("c").credentials.profile == "production");
}

TEST_CASE("every word for credentials means its source", "[config][load]") {
  const auto [word, source] =
      GENERATE(table<std::string, CredentialsSource>({{"chain", CredentialsSource::chain},
                                                      {"environment", CredentialsSource::environment},
                                                      {"profile", CredentialsSource::profile},
                                                      {"instance_role", CredentialsSource::instance_role},
                                                      {"oidc", CredentialsSource::oidc}}));
  const Config config =
      loaded(std::string(smallest) + "[accounts.x]\nprovider = \"alibaba\"\ncredentials = \"" + word + "\"\n");
  CHECK(config.accounts.at("x").credentials.source == source);
}

TEST_CASE("queues come in the file's order, one for each region", "[config][load]") {
  const Config config = loaded(R"(
[queues.z]
service = "batch"
account = "media"
regions = ["ap-shanghai", "ap-guangzhou"]
keep_ended = "2h"
instances_by = "job_name"
job_names = ["render-*"]
[queues.a]
service = "vod"
account = "media"
sub_app_id = 1500000001
outcomes = "detail"
endpoint = "http://10.0.0.1:8080"
allow_insecure = true
[queues.a.expect]
queued = 10
running = 5
ended_per_hour = 2.5
jobs = 3
tasks_per_job = 4
[queues.m]
service = "batch"
account = "media"
region = "ap-beijing"
endpoint = "http://127.0.0.1:18080"
jobs = [{ id = "job-1", tasks = ["A", "B"] }, { id = "job-2" }]
[accounts.media]
provider = "tencent"
)");
  REQUIRE(config.queues.size() == 4);
  CHECK(config.queues[0].name == "z");
  CHECK(config.queues[0].region == "ap-shanghai");
  CHECK(config.queues[1].name == "z");
  CHECK(config.queues[1].region == "ap-guangzhou");
  CHECK(config.queues[1].keep_ended == 2h);
  CHECK(config.queues[1].instances_by_job_name);
  CHECK(config.queues[1].job_names == std::vector<std::string>{"render-*"});
  CHECK(config.queues[2].sub_app_id == 1500000001);
  CHECK(config.queues[2].outcomes_from_detail);
  CHECK(config.queues[2].endpoint == taskqueue::Endpoint{false, "10.0.0.1", 8080});
  CHECK(config.queues[2].expect == taskqueue::Expectation{10, 5, 2.5, 3, 4});
  CHECK(config.queues[3].region == "ap-beijing");
  CHECK(config.queues[3].jobs == std::vector<taskqueue::NamedJob>{{"job-1", {"A", "B"}}, {"job-2", {}}});
  CHECK_FALSE(config.queues[3].instances_by_job_name);
}

TEST_CASE("numbers at the edge of their range are taken", "[config][load]") {
  const Config config =
      loaded("[polling]\ninterval = \"1s\"\nstale_after = \"2s\"\nrecount = \"1m\"\ntimeout = " +
             std::string("\"1ms\"\nquota_share = 1.0\nmax_series = 1\nmax_types = 1\n") + std::string(smallest));
  CHECK(config.polling == taskqueue::Polling{1s, 1ms, 2s, OnStale::drop, 60s});
}

TEST_CASE("a byte order mark and Windows line ends do no harm", "[config][load]") {
  std::string text = "\xEF\xBB\xBF";
  for (const char c : smallest) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(loaded(text) == loaded(smallest));
}

TEST_CASE("the example configuration loads without complaint", "[config][load]") {
  const auto file = std::filesystem::path(TEST_DATA).parent_path() / "config" / "taskqueue_exporter.toml";
  const auto config = taskqueue::load_config(file, taskqueue::test_services());
  REQUIRE(config);
  CHECK(config->queues.size() == 5);
  for (const auto& [name, account] : config->accounts) {
    CHECK(account.credentials.source == CredentialsSource::chain);
  }
}

TEST_CASE("a file that cannot be read is one complaint", "[config][load]") {
  CHECK(refusal("/nonexistent/a.toml") ==
        "/nonexistent/a.toml: this configuration does not exist: give --config.file a TOML file\n");
  CHECK(refusal("/etc") == "/etc: this configuration is a directory: give --config.file a TOML file\n");
  CHECK(refusal("/dev/zero") ==
        "/dev/zero: this configuration is larger than 8192 KiB: give --config.file a TOML file\n");
}

TEST_CASE("a text of many complaints is refused in reasonable time", "[config][load]") {
  std::string text(smallest);
  for (int i = 0; i < 20000; ++i) text += "unknown" + std::to_string(i) + " = \"some words\"\n";
  const auto config = taskqueue::parse_config(text, "many.toml", taskqueue::test_services());
  REQUIRE_FALSE(config);
  CHECK(config.error().size() == 20000);
}

TEST_CASE("any prefix of a good file is read or refused, never worse", "[config][load]") {
  const auto file = std::filesystem::path(TEST_DATA).parent_path() / "config" / "taskqueue_exporter.toml";
  std::ifstream stream(file);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  std::size_t refused = 0;
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto config = taskqueue::parse_config(text.substr(0, length), "a.toml", taskqueue::test_services());
    if (config) continue;
    ++refused;
    CHECK_FALSE(config.error().empty());
  }
  CHECK(refused > text.size() / 4);
}
