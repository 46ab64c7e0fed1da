// Elastic Compute Service: DescribeTasks, 2014-05-26.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "exporter/api/client.h"
#include "exporter/tally/sighting.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

/// There is one list, by page number, of tasks in every state. A filter by status would hide those it does not know.
/// So live() reads it all, and ended() passes what live() has read.
class EcsReader final : public TaskReader {
 public:
  EcsReader(std::unique_ptr<Client> client, std::string region)
      : client_(std::move(client)), region_(std::move(region)) {}

  Result<Reading, Failure> live(const TaskSink& sink) override;
  Result<Reading, Failure> ended(const TaskSink& sink) override;
  [[nodiscard]] Vocabulary vocabulary() const override;

 private:
  /// The list once from its first page to its last.
  struct Pass {
    std::unordered_set<std::string> ids;
    std::optional<std::int64_t> total;  // the highest of its pages
    bool capped = false;
  };
  Result<Pass, Failure> read_list(Sighting& sighting, std::optional<WallTime>& as_of);
  /// Lists until no page has shifted under the reading.
  Result<Reading, Failure> read_all(Sighting& sighting);
  [[nodiscard]] std::int64_t missing(const Pass& pass) const;

  const std::unique_ptr<Client> client_;
  const std::string region_;
  std::int64_t never_listed_ = 0;  // tasks that the API counts but does not list
  Sighting sighting_;              // of the last live(), for ended()
  Reading reading_;
};

}  // namespace taskqueue
