// A small siege: the same attacks as in the suite siege, a few of each.
#include <dirent.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "tests/bench/besieging.h"
#include "tests/catch.h"
#include "tests/web/raw_client.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace taskqueue::web::raw;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// A sanitizer keeps freed memory for a while, so that its size says nothing.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

/// A megabyte, as a large exposition has it.
Route metrics() {
  return {"/metrics", {"GET"}, at_once([body = piece(std::string(1'000'000, 'x'))](const Request&) {
            Response response;
            response.body = {body};
            return response;
          })};
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::size_t kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib;
  }
  return 0;
}

}  // namespace

TEST_CASE("under siege every scrape is answered, and afterwards all is released", "[web][siege]") {
  Limits limits;
  limits.head_time = milliseconds{500};
  limits.linger_time = milliseconds{200};
  limits.answer_time = seconds{2};
  limits.connections = 200;  // fewer than come
  Fixture house({metrics()}, limits);
  Client kept(house.port());
  REQUIRE(kept.get("/metrics").body.size() == 1'000'000);
  const std::size_t descriptors = open_descriptors();
  const std::size_t memory = resident_kib();

  bench::Goal goal("127.0.0.1", house.port(), "/metrics", seconds{2});
  int asked = 0;
  int answered = 0;
  std::size_t most_memory = 0;
  {
    const std::jthread attack([&] { bench::besiege(goal, 200, 40, 12); });
    while (!goal.is_over()) {
      ++asked;
      answered += Client(house.port()).get("/metrics").body.size() == 1'000'000;
      ++asked;
      answered += kept.get("/metrics").body.size() == 1'000'000;
      most_memory = std::max(most_memory, resident_kib());
      std::this_thread::sleep_for(milliseconds{10});
    }
  }
  CHECK(asked > 10);
  CHECK(answered == asked);
  for (const auto& opened : goal.opened) CHECK(opened > 0);
  // The attackers' own memory included.
  CHECK((is_sanitized || most_memory < memory + 32 * 1024));

  const Stopwatch watch;
  while (open_descriptors() > descriptors && watch.so_far() < seconds{10}) {
    std::this_thread::sleep_for(milliseconds{10});
  }
  CHECK(open_descriptors() <= descriptors);
  CHECK(kept.get("/metrics").status == 200);
}
