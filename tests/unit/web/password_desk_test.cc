#include "exporter/web/password_desk.h"

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exporter/web/bcrypt.h"
#include "tests/catch.h"

using namespace taskqueue;
using namespace taskqueue::web;
using Verdict = PasswordDesk::Verdict;

namespace {

const Secret hash = *bcrypt_hash("$2y$04$1hDrWMEjTnIqZSHB7ySWQeRLGCd0etW894F1UCE3oPAMiDsTxGO2.");

/// A check whose verdict holds the desk until it is released.
struct Gate {
  std::promise<void> reached;
  std::promise<void> open;

  PasswordDesk::Check check() {
    return {hash, Secret("x"), [this](Verdict) {
              reached.set_value();
              open.get_future().wait();
            }};
  }
};

/// A desk at which nothing is checked yet, and what it says of whom. `gate` is in hand.
struct FullDesk {
  FullDesk() {
    REQUIRE(desk.hand_in("gate", gate.check()));
    gate.reached.get_future().wait();
  }
  ~FullDesk() { open(); }

  bool hand_in(const std::string& address) {
    const std::string name = address + ", its " + std::to_string(++tries[address]) + "th";
    const bool is_in = desk.hand_in(address, {hash, Secret("x"), [this, name](Verdict verdict) {
                                                ++verdicts[name];
                                                if (verdict == Verdict::turned_away) turned_away.push_back(name);
                                                if (verdicts.size() == awaited) all.set_value();
                                              }});
    if (is_in) ++taken;
    return is_in;
  }

  /// As many as it takes; tells how many.
  int fill(const std::string& address) {
    int count = 0;
    while (count < 1000 && hand_in(address)) ++count;
    return count;
  }

  [[nodiscard]] std::size_t waiting() const { return taken - turned_away.size(); }

  void open() {
    if (!std::exchange(is_open, true)) gate.open.set_value();
  }

  /// Has everything checked.
  void finish() {
    awaited = taken;
    open();
    all.get_future().wait();
  }

  Gate gate;
  std::map<std::string, int> tries;
  std::map<std::string, int> verdicts;
  std::vector<std::string> turned_away;
  std::size_t taken = 0;
  std::size_t awaited = 0;
  std::promise<void> all;
  bool is_open = false;
  PasswordDesk desk;
};

}  // namespace

TEST_CASE("the desk says whether a password is right", "[web][password_desk]") {
  PasswordDesk desk;
  std::promise<Verdict> right;
  std::promise<Verdict> wrong;
  REQUIRE(desk.hand_in("192.0.2.1", {hash, Secret("secret"), [&](Verdict verdict) { right.set_value(verdict); }}));
  REQUIRE(desk.hand_in("192.0.2.1", {hash, Secret("guess"), [&](Verdict verdict) { wrong.set_value(verdict); }}));
  CHECK(right.get_future().get() == Verdict::matches);
  CHECK(wrong.get_future().get() == Verdict::differs);
}

TEST_CASE("addresses take turns, whoever came first", "[web][password_desk]") {
  Gate gate;
  std::vector<std::string> order;
  std::promise<void> all;
  PasswordDesk desk;
  REQUIRE(desk.hand_in("gate", gate.check()));
  gate.reached.get_future().wait();
  const auto hand_in = [&](const std::string& address, std::size_t total) {
    return desk.hand_in(address, {hash, Secret("x"), [&order, &all, address, total](Verdict) {
                                    order.push_back(address);
                                    if (order.size() == total) all.set_value();
                                  }});
  };
  for (int i = 0; i < 4; ++i) REQUIRE(hand_in("guesser", 5));
  REQUIRE(hand_in("newcomer", 5));
  gate.open.set_value();
  all.get_future().wait();
  CHECK(order == std::vector<std::string>{"guesser", "newcomer", "guesser", "guesser", "guesser"});
}

TEST_CASE("one address has few places, and all together not endlessly many", "[web][password_desk]") {
  FullDesk full;
  for (int i = 0; i < 8; ++i) CHECK(full.fill("guesser" + std::to_string(i)) == 16);
  for (int i = 0; i < 20; ++i) full.fill("newcomer" + std::to_string(i));
  CHECK(full.waiting() == 128);
}

TEST_CASE("at a full desk the newest of the longest line is turned away for who has fewer", "[web][password_desk]") {
  FullDesk full;
  for (int i = 0; i < 8; ++i) CHECK(full.fill("guesser" + std::to_string(i)) == 16);
  CHECK(full.hand_in("newcomer"));
  CHECK(full.turned_away == std::vector<std::string>{"guesser0, its 16th"});
  CHECK_FALSE(full.hand_in("guesser1"));
  CHECK_FALSE(full.hand_in("guesser0"));
  CHECK(full.turned_away.size() == 1);
  CHECK(full.fill("newcomer") == 13);
  CHECK(full.turned_away.size() == 14);
}

TEST_CASE("nobody is turned away from a full desk for who would only take his place", "[web][password_desk]") {
  FullDesk full;
  for (int i = 0; i < 128; ++i) CHECK(full.hand_in("guesser" + std::to_string(i)));
  CHECK_FALSE(full.hand_in("newcomer"));
  CHECK(full.turned_away.empty());
}

TEST_CASE("each check has one verdict, whether it is turned away or not", "[web][password_desk]") {
  FullDesk full;
  for (int i = 0; i < 12; ++i) full.fill("guesser" + std::to_string(i));
  full.finish();
  CHECK(full.taken > 128);
  CHECK(full.verdicts.size() == full.taken);
  for (const auto& [check, count] : full.verdicts) {
    CAPTURE(check);
    CHECK(count == 1);
  }
}

TEST_CASE("who is turned away may try again at once", "[web][password_desk]") {
  std::optional<bool> again;
  FullDesk full;
  for (int i = 0; i < 7; ++i) CHECK(full.fill("guesser" + std::to_string(i)) == 16);
  for (int i = 0; i < 16; ++i) {
    REQUIRE(full.desk.hand_in("stubborn", {hash, Secret("x"), [&](Verdict verdict) {
                                             if (verdict == Verdict::turned_away) again = full.hand_in("stubborn");
                                           }}));
  }
  // Eight lines are equally long: each gives up one place for a newcomer, the stubborn too.
  for (int i = 0; i < 8; ++i) REQUIRE(full.hand_in("newcomer"));
  CHECK(again == false);
}

TEST_CASE("a desk that ends drops who waits", "[web][password_desk]") {
  const auto verdicts = std::make_shared<int>(0);
  Gate gate;
  {
    PasswordDesk desk;
    REQUIRE(desk.hand_in("gate", gate.check()));
    gate.reached.get_future().wait();
    for (int i = 0; i < 10; ++i) REQUIRE(desk.hand_in("a", {hash, Secret("x"), [verdicts](Verdict) {}}));
    gate.open.set_value();
  }
  CHECK(verdicts.use_count() == 1);
}
