// Media Processing Service: DescribeTasks, 2019-06-12.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "exporter/api/client.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

/// A list has one status; FINISH does not tell how a task ended. A newer parameter, SubTaskHasFailed, lists those that
/// failed and those that did not; an API that does not know it, or ignores it, leaves outcomes untold.
class MpsReader final : public TaskReader {
 public:
  explicit MpsReader(std::unique_ptr<Client> client) : client_(std::move(client)) {}

  Result<Reading, Failure> live(const TaskSink& sink) override;
  Result<Reading, Failure> ended(const TaskSink& sink) override;
  [[nodiscard]] Vocabulary vocabulary() const override;

 private:
  using Ids = std::unordered_set<std::string>;
  /// The ended tasks by outcome.
  struct Outcomes {
    Ids failed;
    Ids succeeded;
    WallTime as_of{};
  };
  Result<Outcomes, Failure> read_outcomes();
  Result<Reading, Failure> list(const std::string& status, const TaskSink& sink);
  /// Nothing while it is not told yet.
  [[nodiscard]] std::optional<Phase> outcome_of(const Task& task, const Outcomes& outcomes) const;

  const std::unique_ptr<Client> client_;
  bool tells_outcomes_ = true;  // until it turns out otherwise
};

}  // namespace taskqueue
