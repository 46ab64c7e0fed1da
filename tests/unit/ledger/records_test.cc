#include "exporter/ledger/records.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/unit/ledger/random_entry.h"

using namespace taskqueue;

namespace {

bool is_equal(const Entry& left, const Entry& right) {
  const bool same_snapshot = (left.snapshot == nullptr) == (right.snapshot == nullptr) &&
                             (left.snapshot == nullptr || *left.snapshot == *right.snapshot);
  return left.generation == right.generation && left.refreshed == right.refreshed && *left.state == *right.state &&
         same_snapshot;
}

}  // namespace

TEST_CASE("an entry comes back from its records as it was, whatever is in it", "[ledger][records]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const Entry entry = EntryFiller(seed).entry();
    const auto back = entry_from(records_of(entry));
    INFO((back ? "" : back.error().sentence));
    REQUIRE(back);
    REQUIRE(is_equal(*back, entry));
  }
}

TEST_CASE("an entry without anything in it comes back too", "[ledger][records]") {
  const Entry entry{.state = std::make_shared<const QueueState>(), .snapshot = nullptr};
  const auto back = entry_from(records_of(entry));
  REQUIRE(back);
  CHECK(is_equal(*back, entry));
}

TEST_CASE("a change makes the records of one entry those of the next", "[ledger][records]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    EntryFiller filler(seed);
    Entry before = filler.entry();
    Records records = records_of(before);
    for (int step = 0; step < 5; ++step) {
      const Entry after = filler.after(before);
      apply(change(&before, after), records);
      REQUIRE(records == records_of(after));
      before = after;
    }
  }
}
