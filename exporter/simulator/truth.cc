#include "exporter/simulator/truth.h"

#include <array>
#include <chrono>
#include <map>
#include <string>

namespace taskqueue::simulator {
namespace {

constexpr std::array<const char*, 3> outcome_words{"succeeded", "failed", "cancelled"};

struct Words {
  const char* status;
  const char* phase;
};

/// How the API calls an ended task, and what its list alone tells of the outcome.
Words ended_words(std::string_view service, std::size_t outcome) {
  if (service == "mps") return {"FINISH", outcome == 0 ? "succeeded" : "failed"};
  if (service == "vod") return outcome == 2 ? Words{"ABORTED", "cancelled"} : Words{"FINISH", "ended"};
  static constexpr std::array<Words, 3> ecs{
      {{"Finished", "succeeded"}, {"Failed", "failed"}, {"Deleted", "cancelled"}}};
  return ecs[outcome];
}

Words live_words(std::string_view service, Stage stage) {
  const bool waits = stage == Stage::waiting;
  if (service == "ecs") return waits ? Words{"Waiting", "queued"} : Words{"Processing", "running"};
  return waits ? Words{"WAITING", "queued"} : Words{"PROCESSING", "running"};
}

double seconds_of(WallTime time) {
  return static_cast<double>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

class Rows {
 public:
  void add(const std::string& type, Words words, const char* outcome, std::uint64_t count) {
    if (count == 0) return;
    total_ += count;
    Json row{{"type", type}, {"status", words.status}, {"phase", words.phase}, {"count", count}};
    if (outcome != nullptr) row["outcome"] = outcome;
    rows_.push_back(std::move(row));
  }
  [[nodiscard]] Json& rows() { return rows_; }
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  Json rows_ = Json::array();
  std::uint64_t total_ = 0;
};

Rows rows_now(const World& world, const Listing& listing, std::string_view service) {
  Rows rows;
  const auto& types = world.plan().types;
  for (const Stage stage : {Stage::waiting, Stage::processing, Stage::ended}) {
    Filter filter;
    filter.stages = {false, false, false};
    filter.stages[static_cast<std::size_t>(stage)] = true;
    const Census census = listing.count(filter);
    for (std::size_t type = 0; type < types.size(); ++type) {
      const auto& row = census[type];
      if (stage != Stage::ended) {
        rows.add(types[type].name, live_words(service, stage), nullptr, row[0] + row[1] + row[2]);
        continue;
      }
      for (std::size_t outcome = 0; outcome < 3; ++outcome) {
        rows.add(types[type].name, ended_words(service, outcome), outcome_words[outcome], row[outcome]);
      }
    }
  }
  return rows;
}

struct Live {
  Census ended;  // among those that may still live
  std::map<std::string, double> queued{};
  std::map<std::string, double> running{};
  std::map<std::string, double> unfinished{};
};

Live look_at_live(const World& world, const Listing& listing) {
  Live live{.ended = Census(world.plan().types.size())};
  for (std::uint64_t index = listing.surely_ended(); index < listing.born(); ++index) {
    const Task task = world.task(index);
    const Stage stage = listing.stage(task);
    const std::string& type = world.plan().types[task.nature.type].name;
    if (stage == Stage::ended) {
      ++live.ended[task.nature.type][static_cast<std::size_t>(task.nature.outcome)];
      continue;
    }
    if (!listing.shows(task)) continue;
    const auto keep_oldest = [&](std::map<std::string, double>& oldest, Milliseconds time) {
      const double seconds = seconds_of(listing.wall_at(time));
      const auto [place, added] = oldest.emplace(type, seconds);
      if (!added) place->second = std::min(place->second, seconds);
    };
    keep_oldest(live.unfinished, task.birth);
    if (stage == Stage::waiting) keep_oldest(live.queued, task.birth);
    if (stage == Stage::processing) keep_oldest(live.running, task.begin);
  }
  return live;
}

}  // namespace

Json tasks_truth(const World& world, const Listing& listing, std::string_view service) {
  const auto& types = world.plan().types;
  Rows rows = rows_now(world, listing, service);
  const Live live = look_at_live(world, listing);
  const Census born = world.census(0, listing.born());
  const Census gone = world.census(0, listing.surely_ended());

  Json arrived = Json::object();
  Json finished = Json::array();
  for (std::size_t type = 0; type < types.size(); ++type) {
    const std::uint64_t before = arrived.value(types[type].name, std::uint64_t{0});
    arrived[types[type].name] = before + born[type][0] + born[type][1] + born[type][2];
    for (std::size_t outcome = 0; outcome < 3; ++outcome) {
      const std::uint64_t count = gone[type][outcome] + live.ended[type][outcome];
      if (count == 0) continue;
      finished.push_back({{"type", types[type].name}, {"outcome", outcome_words[outcome]}, {"count", count}});
    }
  }
  Json truth = Json::object();
  truth["tasks"] = std::move(rows.rows());
  truth["total"] = rows.total();
  truth["arrived"] = std::move(arrived);
  truth["finished"] = std::move(finished);
  truth["oldest_queued"] = live.queued;
  truth["oldest_running"] = live.running;
  truth["oldest_unfinished"] = live.unfinished;
  truth["window_seconds"] = static_cast<double>(world.plan().window.count()) / 1000.0;
  return truth;
}

}  // namespace taskqueue::simulator
