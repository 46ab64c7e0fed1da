#include "exporter/web/password_desk.h"

#include <future>
#include <memory>
#include <vector>

#include "exporter/web/bcrypt.h"
#include "tests/catch.h"

using namespace taskqueue;
using namespace taskqueue::web;

namespace {

const Secret hash = *bcrypt_hash("$2y$04$1hDrWMEjTnIqZSHB7ySWQeRLGCd0etW894F1UCE3oPAMiDsTxGO2.");

/// A check whose verdict holds the desk until it is released.
struct Gate {
  std::promise<void> reached;
  std::promise<void> open;

  PasswordDesk::Check check() {
    return {hash, Secret("x"), [this](bool) {
              reached.set_value();
              open.get_future().wait();
            }};
  }
};

}  // namespace

TEST_CASE("the desk says whether a password is right", "[web][password_desk]") {
  PasswordDesk desk;
  std::promise<bool> right;
  std::promise<bool> wrong;
  REQUIRE(desk.hand_in("192.0.2.1", {hash, Secret("secret"), [&](bool matches) { right.set_value(matches); }}));
  REQUIRE(desk.hand_in("192.0.2.1", {hash, Secret("guess"), [&](bool matches) { wrong.set_value(matches); }}));
  CHECK(right.get_future().get());
  CHECK_FALSE(wrong.get_future().get());
}

TEST_CASE("addresses take turns, whoever came first", "[web][password_desk]") {
  Gate gate;
  std::vector<std::string> order;
  std::promise<void> all;
  PasswordDesk desk;
  REQUIRE(desk.hand_in("gate", gate.check()));
  gate.reached.get_future().wait();
  const auto hand_in = [&](const std::string& address, std::size_t total) {
    return desk.hand_in(address, {hash, Secret("x"), [&order, &all, address, total](bool) {
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
  Gate gate;
  PasswordDesk desk;
  REQUIRE(desk.hand_in("gate", gate.check()));
  gate.reached.get_future().wait();
  const auto count = [&](const std::string& address) {
    int taken = 0;
    while (taken < 1000 && desk.hand_in(address, {hash, Secret("x"), [](bool) {}})) ++taken;
    return taken;
  };
  CHECK(count("a") == 16);
  CHECK(count("b") == 16);
  int all = 32;
  for (int i = 0; i < 20; ++i) all += count("c" + std::to_string(i));
  CHECK(all == 128);
  gate.open.set_value();
}

TEST_CASE("a desk that ends drops who waits", "[web][password_desk]") {
  const auto verdicts = std::make_shared<int>(0);
  Gate gate;
  {
    PasswordDesk desk;
    REQUIRE(desk.hand_in("gate", gate.check()));
    gate.reached.get_future().wait();
    for (int i = 0; i < 10; ++i) REQUIRE(desk.hand_in("a", {hash, Secret("x"), [verdicts](bool) {}}));
    gate.open.set_value();
  }
  CHECK(verdicts.use_count() == 1);
}
