// Elastic Compute Service: DescribeTasks, 2014-05-26.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "exporter/api/client.h"
#include "exporter/tally/sighting.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

/// There is one list, by page number, of tasks in every state; a filter by status would hide those it does not know.
/// So live() lists it all the first time. From then on it lists what was created since and asks for the live tasks by
/// their ids: ended tasks do not change.
class EcsReader final : public TaskReader {
 public:
  EcsReader(std::unique_ptr<Client> client, std::string region)
      : client_(std::move(client)), region_(std::move(region)) {}

  [[nodiscard]] Vocabulary vocabulary() const override;
  [[nodiscard]] Abilities abilities() const override;
  Result<Reading, Failure> live(const LiveQuestion& known, const TaskSink& sink) override;
  /// live() has passed them.
  Result<Reading, Failure> ended_since(WallTime since, Haste haste, const TaskSink& sink) override;
  Result<Reading, Failure> ended_between(WallTime from, WallTime until, const TaskSink& sink) override;
  Result<Reading, Failure> ended(const TaskSink& sink) override;
  Result<Reading, Failure> look_up(WallTime created, const TaskSink& sink) override;
  Result<std::int64_t, Failure> total(std::optional<WallTime> from) override;

 private:
  /// A list once from its first page to its last.
  struct Pass {
    std::unordered_set<std::string> ids;
    std::optional<std::int64_t> total;  // the highest of its pages
    std::optional<std::int64_t> last_total;
    bool fell = false;         // a total was lower than the one before
    bool found_older = false;  // something that no pass had shown and that was there when the reading began
    bool capped = false;
  };
  /// Asked after each page: need no more pages be read?
  using Enough = std::function<bool(const Pass&)>;
  Result<Pass, Failure> read_list(const Json& parameters, Sighting& sighting, std::optional<WallTime>& as_of,
                                  const Enough& enough);
  void note_total(std::optional<std::int64_t> total, std::size_t listed, int tasks_on_page);
  /// Lists until no page has shifted under the reading.
  Result<Reading, Failure> read_all(const Json& parameters, Sighting& sighting, std::int64_t& never_listed);
  /// The known tasks that `sighting` does not show yet.
  Result<Done, Failure> read_by_id(const LiveQuestion& known, Sighting& sighting);
  [[nodiscard]] Json region() const { return {{"RegionId", region_}}; }

  const std::unique_ptr<Client> client_;
  const std::string region_;
  // Tasks that the API counts but does not list: of all, and of the new ones.
  std::int64_t never_listed_ = 0;
  std::int64_t never_listed_since_ = 0;
  std::size_t listed_ = 0;  // by the last reading
  /// What TotalCount counts, as far as is known: what a page has, or nothing, is less than all.
  enum class Total : std::uint8_t { unknown, of_all, of_less } total_ = Total::unknown;
  bool selects_ = true;  // it heeds times and ids, until it turns out otherwise
};

}  // namespace taskqueue
