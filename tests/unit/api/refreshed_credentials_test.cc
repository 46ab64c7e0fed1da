#include "exporter/api/refreshed_credentials.h"

#include <atomic>
#include <deque>
#include <future>
#include <thread>

#include "tests/catch.h"
#include "tests/unit/key_bench.h"

using namespace taskqueue;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// Gives keys numbered from 1, or what a test has lined up.
struct CountingSource final : KeySource {
  explicit CountingSource(const Clock& its_clock) : clock(its_clock) {}
  Result<Credentials, Failure> fetch(const std::stop_token& stop) override {
    ++asked;
    if (on_fetch) on_fetch(stop);
    if (!failures.empty()) {
      const Failure failure = failures.front();
      failures.pop_front();
      return Unexpected(failure);
    }
    if (!again) ++number;
    const std::string id = std::to_string(number);
    return Credentials{.id = id, .key = Secret("k"), .token = Secret("t" + id), .expiry = clock.wall_now() + life};
  }
  const Clock& clock;
  std::atomic<int> asked = 0;
  int number = 0;
  bool again = false;  // the same keys as before
  Milliseconds life = hours{1};
  std::deque<Failure> failures;
  std::function<void(const std::stop_token&)> on_fetch;
};

struct RefreshBench : KeyBench {
  RefreshBench() {
    auto made = std::make_unique<CountingSource>(clock);
    source = made.get();
    keys = std::make_unique<RefreshedCredentials>(std::move(made), "media",
                                                  RefreshedCredentials::Parts{clock, cloud_clock, parts.log});
  }
  std::string id() {
    const auto got = keys->get(stop.get_token());
    return got ? got->id : got.error().sentence;
  }
  CountingSource* source;
  std::unique_ptr<RefreshedCredentials> keys;
};

Failure slow() { return no_keys("slow"); }

}  // namespace

TEST_CASE("keys are kept until five minutes before they expire", "[api][refreshed_credentials]") {
  RefreshBench bench;
  CHECK(bench.id() == "1");
  bench.clock.advance(minutes{54});
  CHECK(bench.id() == "1");
  bench.clock.advance(minutes{1});
  CHECK(bench.id() == "2");
  CHECK(bench.source->asked == 2);
}

TEST_CASE("keys of a short life are renewed when a quarter of it is left", "[api][refreshed_credentials]") {
  RefreshBench bench;
  bench.source->life = seconds{8};
  CHECK(bench.id() == "1");
  bench.clock.advance(seconds{5});
  CHECK(bench.id() == "1");
  bench.clock.advance(seconds{1});
  CHECK(bench.id() == "2");
}

TEST_CASE("while a source fails the old keys serve until they expire", "[api][refreshed_credentials]") {
  RefreshBench bench;
  CHECK(bench.id() == "1");
  for (int i = 0; i < 100; ++i) bench.source->failures.push_back(slow());
  bench.clock.advance(minutes{56});
  CHECK(bench.id() == "1");
  CHECK(bench.id() == "1");
  CHECK(bench.source->asked == 2);
  bench.clock.advance(minutes{5});
  CHECK(bench.id() == "slow");
}

TEST_CASE("a source that fails is asked again after 2, 4, 8 ... 30 seconds", "[api][refreshed_credentials]") {
  RefreshBench bench;
  for (int i = 0; i < 7; ++i) bench.source->failures.push_back(slow());
  int waited = 0;
  std::vector<int> pauses;
  for (int asked = 0; asked < 8;) {
    bench.id();
    if (bench.source->asked > asked) {
      asked = bench.source->asked;
      pauses.push_back(std::exchange(waited, 0));
    }
    bench.clock.advance(seconds{1});
    ++waited;
  }
  CHECK(pauses == std::vector<int>{0, 2, 4, 8, 16, 30, 30, 30});
  CHECK(bench.id() == "1");
}

TEST_CASE("keys that the cloud refused are replaced at once", "[api][refreshed_credentials]") {
  RefreshBench bench;
  const auto first = *bench.keys->get({});
  bench.keys->refused(first);
  CHECK(bench.id() == "2");
  bench.keys->refused(first);
  CHECK(bench.id() == "2");
}

TEST_CASE("a source whose new keys are refused too is not asked without end", "[api][refreshed_credentials]") {
  RefreshBench bench;
  for (int i = 0; i < 10; ++i) {
    const auto keys = bench.keys->get({});
    if (keys) bench.keys->refused(*keys);
  }
  CHECK(bench.source->asked == 2);
  CHECK(bench.id() == "the cloud refuses new keys too: is the role of this account, and allowed to read?");
  bench.clock.advance(seconds{2});
  CHECK(bench.id() == "3");
}

TEST_CASE("keys that come again after one call was refused stay for the others, and are asked for now and then",
          "[api][refreshed_credentials]") {
  RefreshBench bench;
  const auto first = *bench.keys->get({});
  bench.source->again = true;
  for (int i = 0; i < 10; ++i) {
    bench.keys->refused(first);
    CHECK(bench.id() == "1");
  }
  CHECK(bench.source->asked == 2);
  bench.source->again = false;
  bench.clock.advance(seconds{2});
  CHECK(bench.id() == "1");
  bench.keys->refused(first);
  CHECK(bench.id() == "2");
}

TEST_CASE("one thread asks, the others wait for what it brings", "[api][refreshed_credentials]") {
  RefreshBench bench;
  std::promise<void> asked;
  std::promise<void> may_answer;
  bench.source->on_fetch = [&](const std::stop_token&) {
    asked.set_value();
    may_answer.get_future().wait();
  };
  std::vector<std::string> ids(4);
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] { ids[0] = bench.id(); });
    asked.get_future().wait();
    for (std::size_t i = 1; i < ids.size(); ++i) threads.emplace_back([&, i] { ids[i] = bench.id(); });
    may_answer.set_value();
  }
  CHECK(ids == std::vector<std::string>(4, "1"));
  CHECK(bench.source->asked == 1);
}

TEST_CASE("while one thread renews keys the others go on with those that are still valid",
          "[api][refreshed_credentials]") {
  RefreshBench bench;
  CHECK(bench.id() == "1");
  bench.clock.advance(minutes{56});
  std::promise<void> asked;
  std::promise<void> may_answer;
  bench.source->on_fetch = [&](const std::stop_token&) {
    asked.set_value();
    may_answer.get_future().wait();
  };
  std::string renewed;
  std::jthread renewing([&] { renewed = bench.id(); });
  asked.get_future().wait();
  CHECK(bench.id() == "1");
  may_answer.set_value();
  renewing.join();
  CHECK(renewed == "2");
}

TEST_CASE("who is told to stop does not wait, and a stopped question is no failure", "[api][refreshed_credentials]") {
  RefreshBench bench;
  bench.source->failures = {Failure{.kind = FailureKind::stopped, .sentence = "stopped"}};
  CHECK(bench.id() == "stopped");
  CHECK(bench.id() == "1");
}
