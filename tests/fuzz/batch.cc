// Batch: jobs, tasks and their instances.
#include <algorithm>
#include <set>

#include "exporter/tencent/batch_reader.h"
#include "exporter/tencent/tencent_dialect.h"
#include "tests/fuzz/reading.h"

namespace taskqueue::fuzz {
namespace {

void check_counts(const StateCounts& counts) {
  constexpr std::int64_t no_less = 0;
  std::int64_t sum = 0;
  for (const std::int64_t count : counts) {
    must(count >= no_less, "a count is not negative");
    must(!__builtin_add_overflow(sum, count, &sum), "counts can be added up");
  }
}

void check_job(const BatchJob& job) {
  must(!job.state.empty(), "a label is not empty");
  if (job.tasks) check_counts(*job.tasks);
}

void check_jobs(const Result<JobListing, Failure>& listing) {
  check_outcome(listing);
  if (!listing) return;
  must(!listing->total || *listing->total >= 0, "a total is not negative");
  for (const BatchJob& job : listing->jobs) {
    must(!job.id.empty(), "a job has an id");
    check_job(job);
  }
}

void check_each_once(const Result<JobListing, Failure>& listing) {
  std::set<std::string_view> ids;
  if (!listing) return;
  for (const BatchJob& job : listing->jobs) must(ids.insert(job.id).second, "a job is listed once");
}

const Fuzzer batch_fuzzer("batch", [](std::string_view input) {
  static RepeatingCloud cloud;
  cloud.set_answers(input);
  const TencentDialect::Product product{.service = "batch", .version = "2017-03-12", .region = "ap-guangzhou"};
  TencentBatchReader reader(
      cloud.client(std::make_unique<TencentDialect>(product), {"DescribeJobs", "DescribeJob", "DescribeTask"}));
  for (int times = 0; times < 2; ++times) {
    const auto jobs = reader.jobs_in({"RUNNABLE", "RUNNING"}, {});
    check_jobs(jobs);
    check_each_once(jobs);
  }
  check_jobs(reader.jobs_page({"SUCCEED"}, 100));
  check_jobs(reader.jobs_by_id({"job-1", "job-2", "job-3"}));
  const auto job = reader.job("job-1", Purpose::live);
  check_outcome(job);
  if (job) {
    check_job(job->job);
    if (job->instances) check_counts(*job->instances);
    for (const BatchTask& task : job->tasks) must(!task.name.empty() && !task.state.empty(), "a task has a name");
  }
  const auto task = reader.task({.job_id = "job-1", .task = "task-1"}, Purpose::history);
  check_outcome(task);
  if (task) check_counts(task->instances);
});

}  // namespace
}  // namespace taskqueue::fuzz
