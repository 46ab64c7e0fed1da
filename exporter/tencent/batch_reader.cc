#include "exporter/tencent/batch_reader.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "exporter/tencent/batch_item.h"
#include "exporter/tencent/job_pages.h"

namespace taskqueue {
namespace {

constexpr std::size_t most_ids = 100;
constexpr std::int64_t most_instances = 1000;
constexpr int most_instance_pages = 100;  // a hundred thousand instances
constexpr auto refusals_hold_for = std::chrono::hours{1};

bool is_too_much(const Failure& failure) {
  return failure.kind == FailureKind::request && failure.code.ends_with("LimitExceeded");
}

Json state_filter(const std::vector<std::string_view>& states) {
  Json values = Json::array();
  for (const std::string_view state : states) values.push_back(std::string(state));
  Json filter = Json::object({{"Name", "job-state"}, {"Values", std::move(values)}});
  return Json::object({{"Filters", Json::array({std::move(filter)})}});
}

/// One listing after another; the later is the newer.
void append(JobListing& listing, JobListing next) {
  if (listing.as_of == WallTime{}) listing.as_of = next.as_of;
  listing.whole &= next.whole;
  listing.total = listing.total && next.total ? std::optional(*listing.total + *next.total) : std::nullopt;
  for (BatchJob& job : next.jobs) {
    const auto known = std::ranges::find(listing.jobs, job.id, &BatchJob::id);
    if (known != listing.jobs.end()) {
      *known = std::move(job);
    } else {
      listing.jobs.push_back(std::move(job));
    }
  }
}

Urgency urgency_of(Purpose purpose) { return purpose == Purpose::live ? Urgency::live : Urgency::sweep; }

Failure lacks(const char* what) {
  return {.kind = FailureKind::answer, .sentence = std::string("the answer has no ") + what};
}

}  // namespace

Result<JobListing, Failure> TencentBatchReader::jobs_in_each(const std::vector<std::string_view>& states,
                                                             const EnoughJobs& enough) {
  // The total is of one state, and would be taken for that of all.
  const EnoughJobs enough_of_one = [&](JobListing so_far) {
    so_far.total.reset();
    return enough(so_far);
  };
  JobListing listing{.as_of = {}, .total = 0, .whole = true, .unfiltered = false, .jobs = {}};
  for (const std::string_view state : states) {
    auto next = list_jobs(*client_, state_filter({state}), enough ? enough_of_one : EnoughJobs{});
    if (!next) return next;
    append(listing, std::move(*next));
  }
  return listing;
}

void TencentBatchReader::ask_for_less(Filter next) {
  filter_ = next;
  refused_ = client_->now();
}

Result<JobListing, Failure> TencentBatchReader::jobs_in(const std::vector<std::string_view>& states,
                                                        const EnoughJobs& enough) {
  if (client_->now() - refused_ >= refusals_hold_for) filter_ = Filter::many_states;
  if (filter_ == Filter::many_states) {
    auto listing = list_jobs(*client_, state_filter(states), enough);
    if (listing || !is_too_much(listing.error())) return listing;
    ask_for_less(Filter::one_state);
  }
  if (filter_ == Filter::one_state) {
    auto listing = jobs_in_each(states, enough);
    if (listing || !is_too_much(listing.error())) return listing;
    ask_for_less(Filter::none);
  }
  auto listing = list_jobs(*client_, Json::object(), {});
  if (listing) listing->unfiltered = true;
  return listing;
}

Result<JobListing, Failure> TencentBatchReader::jobs_page(const std::vector<std::string_view>& states,
                                                          std::int64_t offset) {
  if (filter_ != Filter::many_states) return jobs_in(states, {});
  auto page = page_of_jobs(*client_, state_filter(states), offset);
  return page || !is_too_much(page.error()) ? page : jobs_in(states, {});
}

Result<Done, Failure> TencentBatchReader::add_by_id(const std::vector<std::string>& ids, JobListing& listing) {
  const Call call{.action = "DescribeJobs", .parameters = {{"JobIds", ids}, {"Limit", most_ids}}};
  const auto answer = client_->call(call);
  if (answer) {
    if (listing.as_of == WallTime{}) listing.as_of = answer->date;
    const auto jobs = list_member(answer->fields, "JobSet");
    if (!jobs) return Unexpected(jobs.error());
    if (*jobs == nullptr) return Done{};
    for (const Value& item : **jobs) {
      BatchJob job = read_batch_job(item);
      if (!job.id.empty()) listing.jobs.push_back(std::move(job));
    }
    return Done{};
  }
  if (answer.error().kind != FailureKind::not_found) return Unexpected(answer.error());
  // One that is not there may spoil the question: it is found by halving.
  if (ids.size() == 1) return Done{};
  const auto middle = ids.begin() + static_cast<std::ptrdiff_t>(ids.size() / 2);
  const auto first = add_by_id({ids.begin(), middle}, listing);
  return first ? add_by_id({middle, ids.end()}, listing) : first;
}

Result<JobListing, Failure> TencentBatchReader::jobs_by_id(const std::vector<std::string>& ids) {
  JobListing listing{.as_of = {}, .total = {}, .whole = true, .unfiltered = false, .jobs = {}};
  for (std::size_t from = 0; from < ids.size(); from += most_ids) {
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(from + most_ids, ids.size()));
    const auto done = add_by_id({begin, end}, listing);
    if (!done) return Unexpected(done.error());
  }
  return listing;
}

Result<JobDetail, Failure> TencentBatchReader::job(const std::string& id, Purpose purpose) {
  const auto answer =
      client_->call({.action = "DescribeJob", .parameters = {{"JobId", id}}, .urgency = urgency_of(purpose)});
  if (!answer) return Unexpected(answer.error());
  const Value& fields = answer->fields;
  const Value* tasks = array_member(fields, "TaskSet");
  if (tasks == nullptr) return Unexpected(lacks("TaskSet"));
  JobDetail detail{.as_of = answer->date,
                   .job = read_batch_job(fields),
                   .tasks = {},
                   .instances = read_state_counts(fields, "TaskInstanceMetrics")};
  for (const Value& item : *tasks) {
    BatchTask task = read_batch_task(item);
    if (!task.name.empty()) detail.tasks.push_back(std::move(task));
  }
  return detail;
}

Readiness TencentBatchReader::readiness(Purpose purpose) const {
  const Urgency urgency = urgency_of(purpose);
  return {.now = client_->now(),
          .jobs = client_->ready("DescribeJobs", urgency),
          .job = client_->ready("DescribeJob", urgency),
          .task = client_->ready("DescribeTask", urgency)};
}

Result<std::optional<StateCounts>, Failure> TencentBatchReader::count_by_hand(Call call, const Value& first,
                                                                              std::optional<std::int64_t> total) {
  const Value* page = array_member(first, "TaskInstanceSet");
  if (page == nullptr) return std::optional<StateCounts>{};
  InstanceSet seen;
  std::int64_t offset = 0;
  Result<Answer, Failure> answer = Unexpected(Failure{});
  for (int pages = 1;; ++pages) {
    const bool has_news = seen.add(*page, offset);
    offset += static_cast<std::int64_t>(page->size());
    const bool is_all = total && std::cmp_greater_equal(seen.size(), *total);
    if (is_all || !has_news || pages == most_instance_pages) return std::optional(seen.counts());
    call.parameters["Offset"] = offset;
    answer = client_->call(call);
    if (!answer) return Unexpected(answer.error());
    page = array_member(answer->fields, "TaskInstanceSet");
    if (page == nullptr) return std::optional(seen.counts());
  }
}

Result<TaskDetail, Failure> TencentBatchReader::task(const TaskKey& key, Purpose purpose) {
  Call call{.action = "DescribeTask",
            .parameters = {{"JobId", key.job_id}, {"TaskName", key.task}, {"Limit", 1}},
            .urgency = urgency_of(purpose)};
  auto answer = client_->call(call);
  if (!answer) return Unexpected(answer.error());
  auto counts = read_state_counts(answer->fields, "TaskInstanceMetrics");
  const auto total = count_member(answer->fields, "TaskInstanceTotalCount");
  const auto adds_up = [&] {
    return counts && (!total || std::accumulate(counts->begin(), counts->end(), std::int64_t{0}) == *total);
  };
  if (!adds_up()) {
    // Whether the counts are of the whole task or of the page is not documented.
    call.parameters["Limit"] = most_instances;
    answer = client_->call(call);
    if (!answer) return Unexpected(answer.error());
    counts = read_state_counts(answer->fields, "TaskInstanceMetrics");
    if (!adds_up()) {
      auto counted = count_by_hand(call, answer->fields, total);
      if (!counted) return Unexpected(counted.error());
      if (*counted) counts = *counted;
    }
  }
  if (!counts) return Unexpected(lacks("TaskInstanceMetrics"));
  return TaskDetail{.as_of = answer->date, .task = read_batch_task(answer->fields), .instances = *counts};
}

}  // namespace taskqueue
