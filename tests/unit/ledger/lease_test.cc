#include "exporter/ledger/lease.h"

#include <chrono>

#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr SteadyTime start = SteadyTime{} + std::chrono::hours{1};

LeaseAnswer began(std::uint64_t epoch) { return {.state = LeaseState::began, .epoch = epoch}; }

}  // namespace

TEST_CASE("a lease is held from before it was asked for, and for less than the ledger keeps it", "[ledger][lease]") {
  Lease lease(seconds{10});
  CHECK(lease.length() == seconds{10});
  CHECK_FALSE(lease.held(start));
  lease.take(began(3), start);
  CHECK(lease.held(start) == 3U);
  CHECK(lease.held(start + milliseconds{8999}) == 3U);
  CHECK_FALSE(lease.held(start + seconds{9}));
}

TEST_CASE("a lease is asked for four times before it ends, and is never longer than 15 seconds", "[ledger][lease]") {
  Lease lease(std::chrono::minutes{5});
  CHECK(lease.length() == seconds{15});
  CHECK(lease.is_due(start));
  lease.take(began(1), start);
  CHECK_FALSE(lease.is_due(start + seconds{3}));
  CHECK(lease.is_due(start + seconds{4}));
}

TEST_CASE("a question without an answer takes nothing away and gives nothing", "[ledger][lease]") {
  Lease lease(seconds{10});
  lease.take(began(1), start);
  lease.miss(start + seconds{3});
  CHECK(lease.held(start + seconds{8}));
  CHECK_FALSE(lease.held(start + seconds{9}));
  CHECK(lease.is_due(start + seconds{6}));
}

TEST_CASE("a lease that another replica has is over at once; its epoch is remembered", "[ledger][lease]") {
  Lease lease(seconds{10});
  lease.take(began(1), start);
  lease.take({.state = LeaseState::other, .epoch = 2}, start + seconds{1});
  CHECK_FALSE(lease.held(start + seconds{1}));
  CHECK(lease.own_epoch() == 1);
  CHECK(lease.known_epoch() == 2);
}

TEST_CASE("where nothing is remembered, half a lease is waited for somebody who remembers", "[ledger][lease]") {
  Lease lease(seconds{10});
  CHECK_FALSE(lease.may_begin(start));
  lease.take({.state = LeaseState::empty}, start);
  CHECK_FALSE(lease.may_begin(start + seconds{4}));
  CHECK(lease.may_begin(start + seconds{5}));
  // The wait begins again when the ledger could not be asked meanwhile.
  lease.miss(start + seconds{5});
  CHECK_FALSE(lease.may_begin(start + seconds{6}));
}
