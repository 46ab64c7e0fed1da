#include "exporter/alibaba/ecs_reader.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "exporter/alibaba/ecs_task_set.h"
#include "exporter/utc.h"

namespace taskqueue {
namespace {

constexpr int page_size = 100;
constexpr int most_pages = 20000;  // two million tasks
constexpr int most_passes = 4;
constexpr int known_pages_at_end = 3;  // of an API that does not heed the page number
constexpr int passes_that_convince = 3;
constexpr std::chrono::minutes resolution{1};  // of a task's time

}  // namespace

Result<EcsReader::Pass, Failure> EcsReader::read_list(const Json& parameters, Sighting& sighting,
                                                      std::optional<WallTime>& as_of, const Enough& enough) {
  Pass pass;
  int known_pages = 0;  // in a row, that showed nothing new
  Call call{.action = "DescribeTasks", .parameters = parameters};
  call.parameters["PageSize"] = page_size;
  for (int page = 1; page <= most_pages; ++page) {
    call.parameters["PageNumber"] = page;
    const auto answer = client_->call(call);
    if (!answer) return Unexpected(answer.error());
    if (!as_of) as_of = answer->date;
    const auto total = count_member(answer->fields, "TotalCount");
    // An empty list may be left out, where the total agrees or the page is beyond the list's end.
    const bool may_be_left_out = page > 1 || total == 0;
    if (!has_task_set(answer->fields, may_be_left_out)) {
      return Unexpected(Failure{.kind = FailureKind::answer, .sentence = "the answer has no TaskSet"});
    }
    // A total that falls tells of a task that went, and may have pulled another onto a page already read.
    pass.total = std::max(pass.total, total);
    pass.fell |= pass.last_total && total && *total < *pass.last_total;
    if (total) pass.last_total = total;
    const std::size_t before = pass.ids.size();
    int tasks = 0;
    read_task_set(answer->fields, [&](Task task) {
      ++tasks;
      pass.ids.insert(task.id);
      const bool is_younger = task.created && *task.created + resolution >= *as_of;
      pass.found_older |= !is_younger && !sighting.tasks().contains(task.id);
      sighting.add(std::move(task));
    });
    // A page may be short in the middle of the list, the last page may be full, and one that is older than the page
    // before it shows the same tasks once more.
    known_pages = pass.ids.size() == before ? known_pages + 1 : 0;
    if (tasks == 0 || known_pages == known_pages_at_end || enough(pass)) return pass;
    note_total(total, pass.ids.size(), tasks);
    if (total_ == Total::of_all && std::cmp_greater_equal(pass.ids.size(), *pass.total)) return pass;
  }
  pass.capped = true;
  return pass;
}

/// What is new may be asked for as long as the total tells that something old has left the list.
void EcsReader::note_total(std::optional<std::int64_t> total, std::size_t listed, int tasks_on_page) {
  if (!total || std::cmp_less(*total, listed)) {
    total_ = Total::of_less;
  } else if (std::cmp_greater(*total, tasks_on_page)) {
    total_ = Total::of_all;
  }
}

/// What one pass misses another may show: the total is held against all of them together. While tasks keep arriving it
/// is always ahead of a pass. Where no total fell nothing can have slipped, so another pass ends as soon as it has
/// shown those that arrived; else one that has found nothing older than the reading shows that nothing is missing.
Result<Reading, Failure> EcsReader::read_all(const Json& parameters, Sighting& sighting, std::int64_t& never_listed) {
  std::optional<WallTime> as_of;
  std::optional<Pass> before;
  std::int64_t total = 0;
  bool fell = false;
  int alike = 1;  // passes in a row
  for (int i = 0; i < most_passes; ++i) {
    const auto is_enough = [&](const Pass& pass) {
      const bool may_have_slipped = fell || pass.fell || total_ != Total::of_all;
      return i > 0 && !may_have_slipped && std::ssize(sighting.tasks()) >= std::max(total, pass.total.value_or(0));
    };
    auto pass = read_list(parameters, sighting, as_of, is_enough);
    if (!pass) return Unexpected(pass.error());
    fell |= pass->fell || pass->total < total;
    total = std::max(total, pass->total.value_or(0));
    listed_ = sighting.tasks().size();
    const std::int64_t missing = total - std::ssize(sighting.tasks());
    if (missing <= 0) never_listed = 0;
    const Reading reading{.as_of = *as_of, .capped = pass->capped};
    if (pass->capped || missing <= 0 || missing == never_listed) return reading;
    alike = before && before->total == pass->total && before->ids == pass->ids ? alike + 1 : 1;
    // The same list again and again: nothing shifts, the API's total counts more than it lists.
    if (alike == passes_that_convince && pass->ids.size() == sighting.tasks().size()) {
      never_listed = missing;
      return reading;
    }
    if (i > 0 && alike == 1 && !pass->found_older) return reading;
    before = std::move(*pass);
  }
  return Reading{.as_of = *as_of, .capped = true};
}

Result<Done, Failure> EcsReader::read_by_id(const LiveQuestion& known, Sighting& sighting) {
  std::vector<std::string> asked;
  for (const std::string& id : known.ids) {
    if (!sighting.tasks().contains(id)) asked.push_back(id);
  }
  for (std::size_t first = 0; first < asked.size() && selects_; first += page_size) {
    const std::size_t last = std::min(first + page_size, asked.size());
    std::unordered_set<std::string> wanted;
    std::string ids;
    for (std::size_t i = first; i < last; ++i) {
      wanted.insert(asked[i]);
      ids += (i == first ? "" : ",") + asked[i];
    }
    Json parameters = region();
    parameters["TaskIds"] = std::move(ids);
    std::optional<WallTime> as_of;
    const auto found =
        read_list(parameters, sighting, as_of, [&](const Pass& pass) { return pass.ids.size() >= wanted.size(); });
    if (!found) return Unexpected(found.error());
    selects_ = std::ranges::all_of(found->ids, [&](const std::string& id) { return wanted.contains(id); });
  }
  return Done{};
}

Result<Reading, Failure> EcsReader::live(const LiveQuestion& known, const TaskSink& sink) {
  Sighting sighting;
  Result<Reading, Failure> reading = Reading{};
  if (known.since && selects_ && total_ != Total::of_less) {
    Json parameters = region();
    parameters["StartTime"] = utc_seconds(*known.since);
    reading = read_all(parameters, sighting, never_listed_since_);
    if (!reading) return reading;
    const auto is_older = [&](const auto& entry) {
      return entry.second.created && *entry.second.created + std::chrono::minutes{2} < *known.since;
    };
    selects_ = std::ranges::none_of(sighting.tasks(), is_older);
    if (const auto by_id = read_by_id(known, sighting); !by_id) return Unexpected(by_id.error());
  }
  if (!known.since || !selects_ || total_ == Total::of_less) {
    reading = read_all(region(), sighting, never_listed_);
    if (!reading) return reading;
    reading->whole = true;
  }
  for (const auto& [id, task] : sighting.tasks()) sink(task);
  return reading;
}

Result<Reading, Failure> EcsReader::ended_since(WallTime /*since*/, Haste /*haste*/, const TaskSink& /*sink*/) {
  return Reading{};
}

Result<Reading, Failure> EcsReader::ended_between(WallTime /*from*/, WallTime /*until*/, const TaskSink& sink) {
  return ended(sink);
}

Result<Reading, Failure> EcsReader::ended(const TaskSink& sink) { return live({}, sink); }

Result<Reading, Failure> EcsReader::look_up(WallTime /*created*/, const TaskSink& /*sink*/) { return Reading{}; }

Result<std::int64_t, Failure> EcsReader::total(std::optional<WallTime> from) {
  Call call{.action = "DescribeTasks", .parameters = region()};
  call.parameters["PageSize"] = 1;
  call.parameters["PageNumber"] = 1;
  if (from) call.parameters["StartTime"] = utc_seconds(*from);
  const auto answer = client_->call(call);
  if (!answer) return Unexpected(answer.error());
  const auto total = count_member(answer->fields, "TotalCount");
  note_total(total, from ? 0 : listed_, 1);
  if (total && total_ != Total::of_less) return *total;
  return Unexpected(
      Failure{.kind = FailureKind::answer, .sentence = "the answer does not tell how many tasks there are"});
}

Vocabulary EcsReader::vocabulary() const {
  return {.types = {"ImportImage", "ExportImage", "RedeployInstance", "ModifyDiskSpec", "ArchiveSnapshot"},
          .rows = {{"Processing", Phase::running}, {"Finished", Phase::succeeded}, {"Failed", Phase::failed}},
          .outcomes = {Phase::succeeded, Phase::failed, Phase::cancelled},
          .ended = "Finished",
          .window = {},
          .resolution = resolution,
          .tells_start = false};
}

Abilities EcsReader::abilities() const {
  return {.absence = Absence::undecided, .asks_by_creation = true, .has_total = true, .total_has_live = true};
}

}  // namespace taskqueue
