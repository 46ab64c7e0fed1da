// Video on Demand: DescribeTasks, 2018-07-17.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "exporter/api/client.h"
#include "exporter/tally/task_reader.h"
#include "exporter/tencent/scroll.h"
#include "exporter/tencent/time_selection.h"

namespace taskqueue {

/// Items carry their status. The list without a status is the only one that shows ABORTED tasks.
class VodReader final : public TaskReader {
 public:
  /// `asks_outcomes`: each task's detail is asked how it ended, a call a task.
  VodReader(std::unique_ptr<Client> client, std::optional<std::int64_t> sub_app_id, bool asks_outcomes = false)
      : client_(std::move(client)), sub_app_id_(sub_app_id), asks_outcomes_(asks_outcomes) {}

  [[nodiscard]] Vocabulary vocabulary() const override;
  [[nodiscard]] Abilities abilities() const override;
  Result<Reading, Failure> live(const LiveQuestion& known, const TaskSink& sink) override;
  Result<Reading, Failure> ended_since(WallTime since, Haste haste, const TaskSink& sink) override;
  Result<Reading, Failure> ended_between(WallTime from, WallTime until, const TaskSink& sink) override;
  Result<Reading, Failure> ended(const TaskSink& sink) override;
  Result<Reading, Failure> look_up(WallTime created, const TaskSink& sink) override;
  Result<std::optional<Phase>, Failure> outcome(const std::string& id) override;
  Result<std::int64_t, Failure> total(std::optional<WallTime> from) override;

 private:
  Result<Reading, Failure> list(const std::string& status, const TaskSink& sink);
  /// All statuses; only FINISH where a list must have one.
  Result<Reading, Failure> list_any(Json parameters, Urgency urgency, const ItemSink& sink);
  struct Range {
    std::string field;
    WallTime from = WallTime::min();
    WallTime until = WallTime::max();
  };
  Result<Reading, Failure> select(const Range& range, Urgency urgency, const TaskSink& sink);

  const std::unique_ptr<Client> client_;
  const std::optional<std::int64_t> sub_app_id_;
  const bool asks_outcomes_;
  TimeSelection selection_;
};

}  // namespace taskqueue
