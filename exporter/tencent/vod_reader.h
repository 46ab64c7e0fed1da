// Video on Demand: DescribeTasks, 2018-07-17.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "exporter/api/client.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

/// Items carry their status. The list without a status is the only one that shows ABORTED tasks.
class VodReader final : public TaskReader {
 public:
  VodReader(std::unique_ptr<Client> client, std::optional<std::int64_t> sub_app_id)
      : client_(std::move(client)), sub_app_id_(sub_app_id) {}

  Result<Reading, Failure> live(const TaskSink& sink) override;
  Result<Reading, Failure> ended(const TaskSink& sink) override;
  [[nodiscard]] Vocabulary vocabulary() const override;

 private:
  /// An empty status lists all.
  Result<Reading, Failure> list(const std::string& status, const TaskSink& sink);

  const std::unique_ptr<Client> client_;
  const std::optional<std::int64_t> sub_app_id_;
};

}  // namespace taskqueue
