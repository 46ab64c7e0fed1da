#include "exporter/web/known_logins.h"

#include "tests/catch.h"

using namespace taskqueue;
using namespace taskqueue::web;

namespace {

struct Dice final : Random {
  std::uint64_t bits() override { return ++drawn; }
  std::uint64_t drawn = 0;
};

Login login(std::string user, std::string password) { return {std::move(user), Secret(std::move(password))}; }

}  // namespace

TEST_CASE("a login is known once it was remembered", "[web][known_logins]") {
  Dice dice;
  KnownLogins known(dice);
  const Secret hash("$2y$10$hash");
  CHECK_FALSE(known.knows(login("alice", "secret"), hash));
  known.remember(login("alice", "secret"), hash);
  CHECK(known.knows(login("alice", "secret"), hash));
  CHECK_FALSE(known.knows(login("alice", "other"), hash));
  CHECK_FALSE(known.knows(login("bob", "secret"), hash));
}

TEST_CASE("a changed hash makes the old login unknown", "[web][known_logins]") {
  Dice dice;
  KnownLogins known(dice);
  known.remember(login("alice", "secret"), Secret("old"));
  CHECK_FALSE(known.knows(login("alice", "secret"), Secret("new")));
}

TEST_CASE("parts of a login are kept apart", "[web][known_logins]") {
  Dice dice;
  KnownLogins known(dice);
  known.remember(login("a", "bc"), Secret("d"));
  CHECK_FALSE(known.knows(login("ab", "c"), Secret("d")));
  CHECK_FALSE(known.knows(login("a", "c"), Secret("bd")));
}

TEST_CASE("no number of logins makes it grow without end", "[web][known_logins]") {
  Dice dice;
  KnownLogins known(dice);
  for (int i = 0; i < 1000; ++i) known.remember(login("user" + std::to_string(i), "x"), Secret("h"));
  int kept = 0;
  for (int i = 0; i < 1000; ++i) kept += known.knows(login("user" + std::to_string(i), "x"), Secret("h")) ? 1 : 0;
  CHECK(kept > 0);
  CHECK(kept <= 256);
}
