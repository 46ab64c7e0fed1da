// How a small world is lived through and compared.
#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <vector>

#include "tests/day/day.h"
#include "tests/day/mangling.h"
#include "tests/day/small_world.h"

namespace taskqueue {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds lead{120};
/// Twice the time after which what came late is looked for again.
constexpr std::uint64_t successes_to_settle = 30;

Milliseconds window_of(const SmallWorld& world) { return world.service == "vod" ? hours{72} : hours{168}; }

std::vector<simulator::TypeShare> types_of(const SmallWorld& world) {
  std::vector<simulator::TypeShare> types{{"WorkflowTask", 3}, {"EditMediaTask", 2}, {"NobodyKnowsIt", 1}};
  if (world.service == "vod") types = {{"Procedure", 3}, {"WechatDistribute", 2}, {"NobodyKnowsIt", 1}};
  if (world.service == "ecs") types = {{"ImportImage", 3}, {"ModifyDiskSpec", 2}, {"NobodyKnowsIt", 1}};
  types.resize(static_cast<std::size_t>(world.types));
  return types;
}

simulator::WorldPlan tasks_of(const SmallWorld& world) {
  const Milliseconds window = window_of(world);
  const seconds about = seconds{world.length} + minutes{10};
  return {.arrivals = {.history_tasks = static_cast<double>(world.history),
                       .history = window,
                       .early_tasks = static_cast<double>(world.early),
                       .early = lead + about,
                       .per_second = world.per_minute / 60.0,
                       .burst_tasks = static_cast<double>(world.burst),
                       .burst_period = minutes{4}},
          .types = types_of(world),
          .wait = {seconds{0}, seconds{world.wait}},
          .run = {seconds{0}, seconds{world.run}},
          .lasting_share = world.lasting_percent / 100.0,
          .lasting = {window - about, window + about},
          .tie = Milliseconds{world.tie_ms},
          .failed_share = world.failed_percent / 100.0,
          .aborted_share = world.aborted_percent / 100.0,
          .window = window};
}

simulator::Quirks quirks_of(const SmallWorld& world) {
  simulator::Quirks quirks = simulator::documented_quirks(world.service);
  quirks.not_yet = static_cast<simulator::NotYet>(world.not_yet);
  quirks.seed_only = world.seed_only;
  quirks.ignore_new = world.ignore_new;
  quirks.by_end = world.by_end;
  quirks.oldest_first = world.oldest_first;
  quirks.token_on_last_page = world.token_on_last_page;
  quirks.total_is_remaining = world.total_is_remaining;
  quirks.duplicates = world.duplicates;
  quirks.page_shift = world.page_shift;
  quirks.extra_fields = world.extra_fields;
  quirks.aborted_filter = world.aborted_filter;
  quirks.array_of_objects = world.array_of_objects;
  quirks.real_booleans = world.real_booleans;
  quirks.window_by_end = world.window_by_end;
  quirks.most_in_page = world.most_in_page;
  quirks.end_delay = seconds{world.end_delay};
  quirks.stale = seconds{world.stale};
  return quirks;
}

simulator::CloudPlan plan_of(const SmallWorld& world) {
  simulator::CloudPlan plan{.seed = static_cast<std::uint64_t>(world.seed), .lead = lead};
  simulator::AccountPlan account{.name = "small", .provider = "tencent", .secret_id = "AKIDsmall", .secret_key = "key"};
  simulator::TaskQueuePlan queue{.service = world.service, .world = tasks_of(world)};
  if (world.service == "vod") queue.sub_app_id = 7;
  if (world.service == "ecs") {
    account.provider = "alibaba";
    queue.region = "cn-hangzhou";
  }
  account.queues.push_back(std::move(queue));
  plan.accounts.push_back(std::move(account));
  plan.quirks[world.service] = quirks_of(world);
  return plan;
}

json faults_of(const SmallWorld& world) {
  json faults = json::array();
  const double share = world.faulty_percent / 100.0 / 6;
  if (share > 0) {
    faults.push_back({{"kind", "error"}, {"code", "InternalError"}, {"share", share}});
    faults.push_back({{"kind", "http"}, {"status", 503}, {"share", share}});
    faults.push_back({{"kind", "hang"}, {"share", share}});
    faults.push_back({{"kind", "cut"}, {"share", share}});
    faults.push_back({{"kind", "close"}, {"share", share}});
    faults.push_back({{"kind", "garbage"}, {"share", share}});
  }
  if (world.slow_percent > 0) {
    faults.push_back({{"kind", "slow"}, {"after_seconds", 2}, {"share", world.slow_percent / 100.0}});
  }
  return faults;
}

/// The two clocks of a world, minute by minute.
class Clocks {
 public:
  explicit Clocks(const SmallWorld& world) : world_(world), engine_(static_cast<std::uint64_t>(world.seed) + 99) {}

  void set(Day& day) {
    day.set_clock_offset(value(world_.offset, world_.offset_jumps));
    day.set_cloud_skew(value(world_.skew, world_.skew_jumps));
  }

 private:
  seconds value(int most, bool jumps) {
    const int bound = std::abs(most);
    const auto drawn = static_cast<int>(engine_() % static_cast<std::uint64_t>(2 * bound + 1));
    return seconds{jumps ? drawn - bound : most};
  }

  const SmallWorld& world_;
  std::mt19937_64 engine_;
};

using Counts = std::map<std::string, std::int64_t>;  // by outcome
using ByType = std::map<std::string, Counts>;

/// The word by which the exporter tells an outcome of this service.
std::string told(const SmallWorld& world, const std::string& outcome) {
  return world.service == "vod" && outcome != "cancelled" ? "ended" : outcome;
}

ByType rows(const SmallWorld& world, const json& list) {
  ByType rows;
  for (const json& row : list) {
    rows[row.at("type").get<std::string>()][told(world, row.at("outcome").get<std::string>())] +=
        row.at("count").get<std::int64_t>();
  }
  return rows;
}

ByType finished(const Snapshot& snapshot) {
  ByType rows;
  for (const auto& [type, counters] : snapshot.counters) {
    for (const auto& [outcome, count] : counters.finished) {
      rows[type][std::string(word(outcome))] += static_cast<std::int64_t>(count);
    }
  }
  return rows;
}

void subtract(ByType& rows, const ByType& earlier) {
  for (const auto& [type, counts] : earlier) {
    for (const auto& [outcome, count] : counts) rows[type][outcome] -= count;
  }
}

/// What the exporter and the cloud say at one moment.
struct Look {
  json truth;
  std::shared_ptr<const Snapshot> shown;
};

/// Collects what is wrong.
class Judge {
 public:
  explicit Judge(const SmallWorld& world)
      : world_(world),
        may_not_know_(world.service == "mps" && (!world.by_end || world.seed_only || world.ignore_new)) {}

  void compare_arrivals(const Look& before, const Look& after) {
    for (const auto& [type, count] : after.truth.at("arrived").items()) {
      const auto counted = [&, &name = type](const Look& look) {
        const auto found = look.shown->counters.find(name);
        return found == look.shown->counters.end() ? 0 : static_cast<std::int64_t>(found->second.arrived);
      };
      const auto expected = count.get<std::int64_t>() - before.truth.at("arrived").value(type, std::int64_t{0});
      expect("arrived " + type, counted(after) - counted(before), expected, expected);
    }
  }

  void compare_ends(const Look& before, const Look& after) {
    ByType most = rows(world_, after.truth.at("finished"));
    subtract(most, rows(world_, before.truth.at("finished")));
    ByType doubtful = rows(world_, after.truth.at("finished_at_edge"));
    subtract(doubtful, rows(world_, before.truth.at("finished_at_edge")));
    ByType least = most;
    subtract(least, doubtful);
    ByType grown = finished(*after.shown);
    subtract(grown, finished(*before.shown));
    for (const auto& [type, unused] : grown) most.try_emplace(type);
    for (auto& [type, counts] : most) compare("finished " + type, grown[type], least[type], counts);
  }

  void compare_gauges(const Look& look) {
    std::map<std::string, ByType> shown;  // type, status, phase
    std::map<std::string, ByType> held;
    for (const TaskCount& row : look.shown->tasks)
      shown[row.type][row.status][std::string(word(row.phase))] += row.count;
    for (const json& row : look.truth.at("tasks")) {
      held[row.at("type").get<std::string>()][row.at("status").get<std::string>()]
          [row.at("phase").get<std::string>()] += row.at("count").get<std::int64_t>();
    }
    for (const auto& [type, unused] : shown) held.try_emplace(type);
    for (auto& [type, statuses] : held) {
      for (const auto& [status, unused] : shown[type]) statuses.try_emplace(status);
      const auto at_edge = look.truth.at("at_edge").value(type, std::int64_t{0});
      for (auto& [status, counts] : statuses) {
        for (const auto& [phase, unused] : shown[type][status]) counts.try_emplace(phase, 0);  // the last may have left
        Counts least = counts;
        Counts most = counts;
        for (auto& [phase, count] : least) count -= at_edge;
        for (auto& [phase, count] : most) count += at_edge;
        compare("tasks " + type + " " + status, shown[type][status], least, most);
      }
    }
  }

  void add(const std::string& line) { wrong_ += line + "\n"; }
  [[nodiscard]] std::optional<std::string> verdict() const {
    return wrong_.empty() ? std::nullopt : std::optional(wrong_);
  }

 private:
  /// Where an outcome may stay unknown, `ended` stands for any.
  void compare(const std::string& what, Counts shown, Counts least, Counts most) {
    if (may_not_know_) {
      const auto sum = [](const Counts& counts) {
        std::int64_t all = 0;
        for (const auto& [outcome, count] : counts) all += count;
        return all;
      };
      expect(what, sum(shown), sum(least), sum(most));
      shown.erase("ended");
      for (auto& [outcome, count] : least) count = 0;
    }
    for (const auto& [outcome, count] : shown) most.try_emplace(outcome, 0);
    for (const auto& [outcome, count] : most) expect(what + " " + outcome, shown[outcome], least[outcome], count);
  }

  void expect(const std::string& what, std::int64_t shown, std::int64_t least, std::int64_t most) {
    if (shown >= least && shown <= most) return;
    add(what + ": " + std::to_string(shown) + ", in truth " + std::to_string(least) +
        (least == most ? "" : " to " + std::to_string(most)));
  }

  const SmallWorld& world_;
  const bool may_not_know_;
  std::string wrong_;
};

}  // namespace

std::optional<std::string> disagreement(const SmallWorld& world) {
  const std::string polling =
      "interval = \"" + std::to_string(world.interval) + "s\"\ntimeout = \"3s\"\nquota_share = 1";
  Day day(plan_of(world), polling, static_cast<std::uint64_t>(world.seed));
  Clocks clocks(world);
  std::mt19937_64 engine(static_cast<std::uint64_t>(world.seed) + 7);
  if (world.total != 0 || world.zones || world.shuffled) {
    day.set_mangler([&](json& answer) { mangle(answer, world, engine); });
  }
  // That tasks leave by their end is found out by one that is older than the window and the clocks' difference.
  const int unknown = world.window_by_end ? 300 + world.wait + world.run : 0;
  const seconds edge{60 + std::abs(world.skew) + world.stale + world.end_delay + 3 * world.interval + unknown};
  const auto look = [&] { return Look{day.truth(edge).at("queues").at(0), day.view().front()->snapshot}; };

  day.pause();
  day.sleep_for(seconds{world.stale + 1});  // an old page shows the same
  day.set_faults(faults_of(world));
  day.set_latency(Milliseconds{world.latency_ms});
  clocks.set(day);
  if (!day.becomes_complete(hours{1})) return "never complete\n";
  // Counting began at a moment of the cloud's Date: nothing is born whose stamp says that it was before.
  day.live_for(seconds{std::abs(world.skew)});
  const Look before = look();

  day.thaw();
  for (int lived = 0; lived < world.length; lived += 60) {
    clocks.set(day);
    day.live_for(seconds{std::min(60, world.length - lived)});
  }
  day.pause();
  day.set_faults(json::array());
  day.live_for(seconds{world.stale + 1});
  if (!day.settles(successes_to_settle, hours{3})) return "never settled\n";
  const Look after = look();

  Judge judge(world);
  if (!after.shown->complete) judge.add("not complete");
  judge.compare_ends(before, after);
  judge.compare_arrivals(before, after);
  judge.compare_gauges(after);
  return judge.verdict();
}

}  // namespace taskqueue
