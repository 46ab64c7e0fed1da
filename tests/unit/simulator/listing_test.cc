#include "exporter/simulator/listing.h"

#include <algorithm>
#include <random>

#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const WallTime start = at("2024-05-01T12:00:00Z");

std::vector<std::uint64_t> indexes(const std::vector<Task>& tasks) {
  std::vector<std::uint64_t> list;
  for (const Task& task : tasks) list.push_back(task.index);
  return list;
}

/// Every task looked at, nothing clever.
std::vector<Task> by_hand(const World& world, const Listing& listing, const Filter& filter) {
  std::vector<Task> found;
  for (std::uint64_t i = 0; i < listing.born(); ++i) {
    const Task task = world.task(i);
    if (listing.matches(task, filter)) found.push_back(task);
  }
  return found;
}

std::vector<Task> by_pages(const Listing& listing, const Filter& filter, Order order, std::size_t limit) {
  std::vector<Task> found;
  std::optional<Cursor> cursor;
  do {
    const Page page = listing.page(filter, order, limit, cursor);
    REQUIRE((page.tasks.size() == limit || !page.next));
    found.insert(found.end(), page.tasks.begin(), page.tasks.end());
    cursor = page.next;
  } while (cursor);
  return found;
}

struct Dice {
  std::mt19937_64 bits;

  explicit Dice(unsigned seed) : bits(seed) {}
  bool coin() { return bits() % 2 == 0; }
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(n)); }
};

Filter random_filter(Dice& dice, WallTime now) {
  const auto some_time = [&] { return now - Milliseconds{dice.below(4 * 3600 * 1000)}; };
  Filter filter;
  for (bool& stage : filter.stages) stage = dice.coin();
  for (bool& outcome : filter.outcomes) outcome = dice.coin();
  if (dice.coin()) filter.created.from = some_time();
  if (dice.coin()) filter.created.until = some_time() + minutes{20};
  if (dice.below(3) == 0) filter.type = static_cast<std::size_t>(dice.below(2));
  if (dice.below(3) == 0) filter.ended = WallRange{some_time(), some_time() + minutes{20}};
  return filter;
}

}  // namespace

TEST_CASE("pages, counts and a look at every task agree, whatever is asked of whatever world", "[simulator][listing]") {
  const unsigned seed = GENERATE(range(1U, 13U));
  Dice dice(seed);
  WorldPlan plan = small_world();
  plan.aborted_share = 0.1;
  if (dice.coin()) plan.tie = seconds{1 + dice.below(5)};
  if (dice.coin()) plan.arrivals.early_tasks = 1200;
  if (dice.below(3) == 0) {
    plan.lasting_share = 0.1;
    plan.lasting = {minutes{30}, minutes{300}};
  }
  if (dice.coin()) plan.stoppage = {.period = minutes{5}, .closed = minutes{2}, .drain = 0.1};
  const World world(plan, seed);
  Timeline timeline(start);
  if (dice.coin()) {
    timeline.pause(start + minutes{1});
    timeline.resume(start + minutes{1} + seconds{dice.below(300)});
  }
  for (int i = 0; i < 30; ++i) {
    const WallTime now = start + Milliseconds{dice.below(25 * 60 * 1000)};
    const Window window{plan.window, dice.coin(), dice.coin() ? seconds{30} : seconds{0}};
    const Listing listing(world, timeline, now, window);
    const Filter filter = random_filter(dice, now);
    const auto limit = static_cast<std::size_t>(1 + dice.below(100));
    CAPTURE(seed, i, limit);

    const auto expected = by_hand(world, listing, filter);
    auto ascending = by_pages(listing, filter, {.descending = false}, limit);
    REQUIRE(indexes(ascending) == indexes(expected));
    auto descending = by_pages(listing, filter, {.descending = true}, limit);
    std::reverse(descending.begin(), descending.end());
    REQUIRE(indexes(descending) == indexes(expected));

    std::uint64_t total = 0;
    for (const auto& row : listing.count(filter)) total += row[0] + row[1] + row[2];
    REQUIRE(total == expected.size());

    const auto offset = static_cast<std::uint64_t>(dice.below(static_cast<std::int64_t>(total) + 50));
    auto rest = indexes(expected);
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(std::min(offset, total)));
    if (rest.size() > limit) rest.resize(limit);
    REQUIRE(indexes(listing.page_at(filter, false, limit, offset).tasks) == rest);
    auto last = indexes(expected);
    std::reverse(last.begin(), last.end());
    last.erase(last.begin(), last.begin() + static_cast<std::ptrdiff_t>(std::min(offset, total)));
    if (last.size() > limit) last.resize(limit);
    REQUIRE(indexes(listing.page_at(filter, true, limit, offset).tasks) == last);

    for (const bool down : {false, true}) {
      const auto by_end = by_pages(listing, filter, {OrderBy::end, down}, limit);
      REQUIRE(by_end.size() == expected.size());
      const auto key = [&](const Task& task) {
        return listing.stage(task) == Stage::ended ? task.end : Milliseconds::min();
      };
      REQUIRE(std::is_sorted(by_end.begin(), by_end.end(),
                             [&](const Task& a, const Task& b) { return down ? key(a) > key(b) : key(a) < key(b); }));
      auto sorted = indexes(by_end);
      std::sort(sorted.begin(), sorted.end());
      REQUIRE(sorted == indexes(expected));
    }
  }
}

TEST_CASE("the window ends by creation, or by the end where that is switched", "[simulator][listing]") {
  const World world(small_world(), 3);
  const WallTime now = start + minutes{30};
  const Listing by_creation(world, Timeline(start), now, {.length = minutes{10}});
  const Listing by_end(world, Timeline(start), now, {.length = minutes{10}, .by_end = true});
  bool differ = false;
  for (std::uint64_t i = 0; i < by_creation.born(); ++i) {
    const Task task = world.task(i);
    const bool young = start + task.birth >= now - minutes{10};
    const bool ended = start + task.end <= now;
    CAPTURE(i);
    REQUIRE(by_creation.shows(task) == young);
    REQUIRE(by_end.shows(task) == (ended ? start + task.end >= now - minutes{10} : young));
    differ = differ || by_creation.shows(task) != by_end.shows(task);
  }
  CHECK(differ);
}

TEST_CASE("a delayed end shows late, with the time at which it happened", "[simulator][listing]") {
  const World world(small_world(), 3);
  const Task task = world.task(250);
  const WallTime ended = start + task.end;
  const Window window{.length = minutes{100}, .end_delay = seconds{30}};
  CHECK(Listing(world, Timeline(start), ended + seconds{29}, window).stage(task) == Stage::processing);
  CHECK(Listing(world, Timeline(start), ended + seconds{30}, window).stage(task) == Stage::ended);
}

TEST_CASE("an end shows only of a task that has not left the window alive", "[simulator][listing]") {
  WorldPlan plan = small_world();
  plan.lasting_share = 0.5;
  plan.lasting = {minutes{5}, minutes{20}};
  const World world(plan, 3);
  const Window window{.length = minutes{10}, .end_delay = seconds{30}};
  const Listing late(world, Timeline(start), start + minutes{60}, window);
  REQUIRE(late.may_leave_alive(seconds{0}));
  bool some_were_not_shown = false;
  for (std::uint64_t i = 0; i < late.born(); ++i) {
    const Task task = world.task(i);
    const WallTime shows_end = start + task.end + seconds{30};
    const Listing then(world, Timeline(start), shows_end, window);
    CAPTURE(i);
    if (late.stage(task) != Stage::ended) continue;
    REQUIRE(late.end_was_shown(task, seconds{0}) == then.shows(task));
    const Listing later(world, Timeline(start), shows_end + seconds{60}, window);
    REQUIRE(late.end_was_shown(task, seconds{60}) == later.shows(task));
    some_were_not_shown = some_were_not_shown || !then.shows(task);
  }
  CHECK(some_were_not_shown);
}

TEST_CASE("what is about to leave the window, or has just left, is at its edge", "[simulator][listing]") {
  const World world(small_world(), 3);
  const bool by_end = GENERATE(false, true);
  const Listing listing(world, Timeline(start), start + minutes{30}, {.length = minutes{10}, .by_end = by_end});
  std::vector<std::uint64_t> expected(2);
  for (std::uint64_t i = 0; i < listing.born(); ++i) {
    const Task task = world.task(i);
    const Milliseconds left = by_end && listing.stage(task) == Stage::ended ? task.end : task.birth;
    expected[task.nature.type] += std::chrono::abs(left - minutes{20}) <= seconds{60};
  }
  CHECK(listing.at_edge(seconds{60}) == expected);
  CHECK(expected[0] > 0);
}

TEST_CASE("a page of a million costs no look at the others", "[simulator][listing]") {
  WorldPlan plan = small_world();
  plan.arrivals.history_tasks = 1e6;
  plan.window = std::chrono::hours{3};
  const World world(plan, 3);
  const Listing listing(world, Timeline(start), start + minutes{1}, {.length = plan.window});
  Filter ended;
  ended.stages = {false, false, true};
  std::uint64_t seen = 0;
  std::optional<Cursor> cursor;
  do {
    const Page page = listing.page(ended, {}, 100, cursor);
    seen += page.tasks.size();
    cursor = page.next;
  } while (cursor && seen < 100000);
  CHECK(seen == 100000);
  std::uint64_t total = 0;
  for (const auto& row : listing.count(ended)) total += row[0] + row[1] + row[2];
  CHECK(total > 990000);
}

}  // namespace taskqueue::simulator
