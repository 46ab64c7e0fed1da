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
  Census ended;          // among those that were looked at one by one
  Census ended_at_edge;  // of them, those whose end showed only shortly
  std::map<std::string, double> queued{};
  std::map<std::string, double> running{};
  std::map<std::string, double> unfinished{};
};

void keep_oldest(std::map<std::string, double>& oldest, const std::string& type, WallTime time) {
  const double seconds = seconds_of(time);
  const auto [place, added] = oldest.emplace(type, seconds);
  if (!added) place->second = std::min(place->second, seconds);
}

/// Looks at each task from `first` on.
Live look_at_live(const World& world, const Listing& listing, std::uint64_t first, Milliseconds edge) {
  const std::size_t types = world.plan().types.size();
  Live live{.ended = Census(types), .ended_at_edge = Census(types)};
  for (std::uint64_t index = first; index < listing.born(); ++index) {
    const Task task = world.task(index);
    const Stage stage = listing.stage(task);
    const std::string& type = world.plan().types[task.nature.type].name;
    if (stage == Stage::ended) {
      const auto outcome = static_cast<std::size_t>(task.nature.outcome);
      const bool was_shown = listing.end_was_shown(task, Milliseconds{0});
      live.ended[task.nature.type][outcome] += was_shown;
      live.ended_at_edge[task.nature.type][outcome] += was_shown && !listing.end_was_shown(task, edge);
      continue;
    }
    if (!listing.shows(task)) continue;
    keep_oldest(live.unfinished, type, listing.wall_at(task.birth));
    if (stage == Stage::waiting) keep_oldest(live.queued, type, listing.wall_at(task.birth));
    if (stage == Stage::processing) keep_oldest(live.running, type, listing.wall_at(task.begin));
  }
  return live;
}

/// Rows of type, outcome, count; zeros left out.
Json rows_of(const Census& census, const std::vector<TypeShare>& types) {
  Json rows = Json::array();
  for (std::size_t type = 0; type < types.size(); ++type) {
    for (std::size_t outcome = 0; outcome < 3; ++outcome) {
      if (census[type][outcome] == 0) continue;
      rows.push_back(
          {{"type", types[type].name}, {"outcome", outcome_words[outcome]}, {"count", census[type][outcome]}});
    }
  }
  return rows;
}

void add(Json& counts, const std::string& type, std::uint64_t more) {
  counts[type] = counts.value(type, std::uint64_t{0}) + more;
}

}  // namespace

Json tasks_truth(const World& world, const Listing& listing, std::string_view service, Milliseconds edge) {
  const auto& types = world.plan().types;
  Rows rows = rows_now(world, listing, service);
  const std::uint64_t first = listing.may_leave_alive(edge) ? 0 : listing.surely_ended();
  const Live live = look_at_live(world, listing, first, edge);
  const Census born = world.census(0, listing.born());
  const auto leaving = listing.at_edge(edge);

  Json arrived = Json::object();
  Json at_edge = Json::object();
  Census finished = world.census(0, first);
  for (std::size_t type = 0; type < types.size(); ++type) {
    add(arrived, types[type].name, born[type][0] + born[type][1] + born[type][2]);
    add(at_edge, types[type].name, leaving[type]);
    for (std::size_t outcome = 0; outcome < 3; ++outcome) finished[type][outcome] += live.ended[type][outcome];
  }
  Json truth = Json::object();
  truth["tasks"] = std::move(rows.rows());
  truth["total"] = rows.total();
  truth["arrived"] = std::move(arrived);
  truth["finished"] = rows_of(finished, types);
  truth["at_edge"] = std::move(at_edge);
  truth["finished_at_edge"] = rows_of(live.ended_at_edge, types);
  truth["oldest_queued"] = live.queued;
  truth["oldest_running"] = live.running;
  truth["oldest_unfinished"] = live.unfinished;
  truth["window_seconds"] = static_cast<double>(world.plan().window.count()) / 1000.0;
  return truth;
}

}  // namespace taskqueue::simulator
