// Media Processing Service: DescribeTasks, 2019-06-12.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "exporter/api/client.h"
#include "exporter/tally/task_reader.h"
#include "exporter/tencent/time_selection.h"

namespace taskqueue {

/// A list has one status; FINISH does not tell how a task ended. Newer parameters do more: SubTaskHasFailed lists
/// those that failed and those that did not; StartTime and EndTime select, by creation or by end, the page does not
/// say. An API that does not know them, or ignores them, is asked for everything.
class MpsReader final : public TaskReader {
 public:
  explicit MpsReader(std::unique_ptr<Client> client) : client_(std::move(client)) {}

  [[nodiscard]] Vocabulary vocabulary() const override;
  [[nodiscard]] Abilities abilities() const override;
  Result<Reading, Failure> live(const LiveQuestion& known, const TaskSink& sink) override;
  Result<Reading, Failure> ended_since(WallTime since, Haste haste, const TaskSink& sink) override;
  Result<Reading, Failure> ended_between(WallTime from, WallTime until, const TaskSink& sink) override;
  Result<Reading, Failure> ended(const TaskSink& sink) override;
  Result<Reading, Failure> look_up(WallTime created, const TaskSink& sink) override;
  Result<std::int64_t, Failure> total(std::optional<WallTime> from) override;

 private:
  using Ids = std::unordered_set<std::string>;
  /// The ended tasks by outcome.
  struct Outcomes {
    Ids failed;
    Ids succeeded;
    WallTime as_of{};
  };
  struct Times {
    WallTime from = WallTime::min();
    WallTime until = WallTime::max();
  };
  Result<Outcomes, Failure> read_outcomes();
  Result<Reading, Failure> list(const std::string& status, const TaskSink& sink);
  /// Ended tasks of a time, with their outcomes.
  Result<Reading, Failure> select(const Times& times, Urgency urgency, const TaskSink& sink);
  Result<Reading, Failure> select_one(const Json& parameters, const Times& times, std::optional<Phase> outcome,
                                      Urgency urgency, const TaskSink& sink);
  /// True if a refusal of the question about outcomes is one fault more, not what the API is like.
  [[nodiscard]] bool is_passing_refusal();
  void note_question_taken();
  /// Nothing while it is not told yet.
  [[nodiscard]] std::optional<Phase> outcome_of(const Task& task, const Outcomes& outcomes) const;

  const std::unique_ptr<Client> client_;
  bool tells_outcomes_ = true;  // until it turns out otherwise
  bool took_question_ = false;  // the one about outcomes, once
  int refusals_ = 0;            // of it, running
  TimeSelection selection_;
};

}  // namespace taskqueue
