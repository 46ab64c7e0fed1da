// The pretend cloud: requests over its own connection, and, since no fuzzer finds a signature, what stands behind that.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "exporter/manual_clock.h"
#include "exporter/simulator/acs.h"
#include "exporter/simulator/cloud.h"
#include "exporter/simulator/connection.h"
#include "exporter/simulator/parameters.h"
#include "exporter/simulator/scene.h"
#include "exporter/simulator/tc3.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::simulator {
namespace {

using fuzz::must;

constexpr WallTime simulated_now{std::chrono::hours{24 * 365 * 56}};

/// Two accounts without a world.
CloudPlan empty_cloud() {
  CloudPlan plan;
  plan.accounts.push_back({.name = "a", .provider = "tencent", .secret_id = "AKIDtest", .secret_key = "test-key"});
  plan.accounts.push_back({.name = "b", .provider = "alibaba", .secret_id = "LTAItest", .secret_key = "test-secret"});
  return plan;
}

/// The client is gone when the cloud begins to read, so that no fault that it asks for lasts.
void send_bytes(std::string_view bytes) {
  static const ManualClock clock{simulated_now};
  std::array<int, 2> ends{};
  must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "there is a pair of sockets");
  static_cast<void>(::send(ends[0], bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  ::close(ends[0]);
  Cloud cloud(empty_cloud(), clock);
  Connection(cloud, ends[1]).serve({});
}

void check_parameters(const Request& request) {
  for (const auto actions : {mps_actions(), vod_actions(), batch_actions()}) {
    for (const TencentAction& action : actions) {
      const auto read = read_parameters(request, action.parameters, {});
      if (read) {
        must(read->is_object(), "parameters are an object");
        Request again{.method = "POST", .target = "/", .headers = {{"Content-Type", "application/json"}}};
        again.body = read->dump(-1, ' ', false, Json::error_handler_t::replace);
        must(read_parameters(again, action.parameters, {}).has_value(), "what was read is right in JSON, too");
      } else {
        must(!read.error().code.empty() && !read.error().message.empty(), "a refusal says why");
      }
    }
  }
}

const fuzz::Fuzzer simulator_fuzzer("simulator", [](std::string_view input) {
  if (input.find("slow") == std::string_view::npos) send_bytes(input);
  std::string_view rest = input;
  const std::string first(fuzz::take_until("\n", rest));
  const std::string body(rest);
  check_parameters({.method = "POST", .headers = {{"Content-Type", "application/json"}}, .body = body});
  check_parameters(
      {.method = "GET", .target = "/?" + first, .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}});
  const Request signed_request{.method = "POST",
                               .target = "/?" + first,
                               .headers = {{"Host", "127.0.0.1"},
                                           {"Content-Type", "application/json"},
                                           {"Authorization", first},
                                           {"X-TC-Timestamp", std::string(body.substr(0, body.find('\n')))}},
                               .body = body};
  if (const auto claim = read_tc3_claim(signed_request)) {
    must(!check_tc3(signed_request, *claim, "test-key", simulated_now), "a signature cannot be guessed");
  }
  const AcsParameters parameters(signed_request);
  const AcsClaim claim = read_acs_claim(signed_request, parameters);
  must(!check_acs(signed_request, parameters, claim, "test-secret", simulated_now), "neither kind of it");
});

}  // namespace
}  // namespace taskqueue::simulator
