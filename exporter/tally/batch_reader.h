// What Batch's API can tell, without any counting.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/failure.h"
#include "exporter/result.h"
#include "exporter/tally/batch_job.h"

namespace taskqueue {

/// Jobs as listed, each once.
struct JobListing {
  WallTime as_of{};                   // cloud time of the first answer
  std::optional<std::int64_t> total;  // as the API says
  bool whole = false;                 // the list was read to its end
  bool unfiltered = false;            // the API would not filter: jobs in every state are here
  std::vector<BatchJob> jobs;
};

/// Asked after each page: need no more pages be read?
using EnoughJobs = std::function<bool(const JobListing& so_far)>;

/// What a call is for: what is over must not keep what lives waiting, and takes half of a budget at most.
enum class Purpose { live, history };

/// When a call of each kind could leave, by the limiters: now, or later.
struct Readiness {
  SteadyTime now{};
  SteadyTime jobs{};  // DescribeJobs
  SteadyTime job{};   // DescribeJob
  SteadyTime task{};  // DescribeTask
};

struct TaskKey {
  std::string job_id;
  std::string task;
};

/// Used by one thread at a time.
class BatchReader {
 public:
  BatchReader() = default;
  BatchReader(const BatchReader&) = delete;
  BatchReader& operator=(const BatchReader&) = delete;
  virtual ~BatchReader() = default;

  /// The jobs in any of these states. `enough` may be empty: the whole list.
  virtual Result<JobListing, Failure> jobs_in(const std::vector<std::string_view>& states,
                                              const EnoughJobs& enough) = 0;

  /// One page of such a list, from a position on, for history; `whole` if the list ends with it.
  virtual Result<JobListing, Failure> jobs_page(const std::vector<std::string_view>& states, std::int64_t offset) = 0;

  /// Those of these jobs that there are.
  virtual Result<JobListing, Failure> jobs_by_id(const std::vector<std::string>& ids) = 0;

  /// `not_found` where there is no such job.
  virtual Result<JobDetail, Failure> job(const std::string& id, Purpose purpose) = 0;

  /// `not_found` where there is no such task or job.
  virtual Result<TaskDetail, Failure> task(const TaskKey& key, Purpose purpose) = 0;

  [[nodiscard]] virtual Readiness readiness(Purpose purpose) const = 0;
};

}  // namespace taskqueue
