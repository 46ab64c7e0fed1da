// Batch: DescribeJobs, DescribeJob and DescribeTask, 2017-03-12.
#pragma once

#include <memory>

#include "exporter/api/client.h"
#include "exporter/tally/batch_reader.h"

namespace taskqueue {

class TencentBatchReader final : public BatchReader {
 public:
  explicit TencentBatchReader(std::unique_ptr<Client> client) : client_(std::move(client)) {}

  /// How many values a filter may have is not documented: where the API finds five too many the states are asked for
  /// one by one, and where it refuses that as well there is no filter. After an hour it is tried again.
  Result<JobListing, Failure> jobs_in(const std::vector<std::string_view>& states, const EnoughJobs& enough) override;
  Result<JobListing, Failure> jobs_page(const std::vector<std::string_view>& states, std::int64_t offset) override;
  Result<JobListing, Failure> jobs_by_id(const std::vector<std::string>& ids) override;
  Result<JobDetail, Failure> job(const std::string& id, Purpose purpose) override;
  Result<TaskDetail, Failure> task(const TaskKey& key, Purpose purpose) override;
  [[nodiscard]] Readiness readiness(Purpose purpose) const override;

 private:
  enum class Filter { many_states, one_state, none };
  Result<JobListing, Failure> jobs_in_each(const std::vector<std::string_view>& states, const EnoughJobs& enough);
  void ask_for_less(Filter next);
  /// Goes through the instances of a task page by page; `first` is what `call` was answered. Nothing where there is no
  /// page.
  Result<std::optional<StateCounts>, Failure> count_by_hand(Call call, const Value& first,
                                                            std::optional<std::int64_t> total);
  Result<Done, Failure> add_by_id(const std::vector<std::string>& ids, JobListing& listing);

  const std::unique_ptr<Client> client_;
  Filter filter_ = Filter::many_states;  // what the API has been found to allow
  SteadyTime refused_{};                 // when it refused more
};

}  // namespace taskqueue
