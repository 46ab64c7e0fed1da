#include "exporter/tencent/job_pages.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "exporter/tencent/batch_item.h"

namespace taskqueue {
namespace {

constexpr std::int64_t jobs_a_page = 100;
constexpr int most_job_pages = 5000;  // half a million jobs
constexpr int most_passes = 3;

/// What the pages of all passes told.
struct Totals {
  std::optional<std::int64_t> last;
  std::optional<std::int64_t> most;
  bool fell = false;

  void see(std::optional<std::int64_t> total) {
    fell |= last && total && *total < *last;
    if (total) last = total;
    most = std::max(most, total);
  }
};

/// One reading of a list, and what former readings of it have found.
class Pass {
 public:
  Pass(Client& client, Json parameters, const EnoughJobs& enough, JobListing& listing, Totals& totals)
      : client_(client), enough_(enough), listing_(listing), totals_(totals), is_again_(totals.last.has_value()) {
    call_.parameters = std::move(parameters);
    call_.parameters["Limit"] = jobs_a_page;
    for (std::size_t i = 0; i < listing.jobs.size(); ++i) places_[listing.jobs[i].id] = i;
  }

  /// True when the end of the list was reached, false when `enough` or a cap ended the reading.
  Result<bool, Failure> read();
  [[nodiscard]] const std::set<std::string>& ids() const { return ids_; }
  [[nodiscard]] bool has_all() const { return !most_ || std::cmp_greater_equal(ids_.size(), *most_); }
  /// False: all that no former pass had shown came after the reading began.
  [[nodiscard]] bool found_older() const { return found_older_; }
  /// Where no total fell nothing can have slipped: the passes together have all that there is.
  [[nodiscard]] bool has_what_came() const {
    return is_again_ && !totals_.fell && std::cmp_greater_equal(listing_.jobs.size(), totals_.most.value_or(0));
  }

 private:
  /// Gives the number of jobs on the page.
  Result<std::int64_t, Failure> take(const Answer& answer);

  Client& client_;
  const EnoughJobs& enough_;
  JobListing& listing_;
  Totals& totals_;
  const bool is_again_;
  bool found_older_ = false;
  Call call_{.action = "DescribeJobs"};
  std::optional<std::int64_t> most_;  // the highest total of its pages
  std::set<std::string> ids_;
  std::unordered_map<std::string, std::size_t> places_;  // in the listing, by id
};

Result<std::int64_t, Failure> Pass::take(const Answer& answer) {
  listing_.total = count_member(answer.fields, "TotalCount");
  // A total that falls tells of a job that went, and may have pulled another onto a page already read.
  most_ = std::max(most_, listing_.total);
  totals_.see(listing_.total);
  const auto listed = list_member(answer.fields, "JobSet");
  if (!listed) return Unexpected(listed.error());
  const Value* page = *listed;
  if (page == nullptr) return 0;
  for (const Value& item : *page) {
    BatchJob job = read_batch_job(item);
    if (job.id.empty()) continue;
    ids_.insert(job.id);
    const auto [place, is_new] = places_.try_emplace(job.id, listing_.jobs.size());
    if (is_new) {
      found_older_ |= !job.created || *job.created < listing_.as_of;
      listing_.jobs.push_back(std::move(job));
    } else {
      listing_.jobs[place->second] = std::move(job);
    }
  }
  return static_cast<std::int64_t>(page->size());
}

Result<bool, Failure> Pass::read() {
  std::int64_t offset = 0;
  for (int page = 0; page < most_job_pages; ++page) {
    call_.parameters["Offset"] = offset;
    const auto answer = client_.call(call_);
    if (!answer) return Unexpected(answer.error());
    if (listing_.as_of == WallTime{}) listing_.as_of = answer->date;
    const std::size_t before = ids_.size();
    const auto count = take(*answer);
    if (!count) return Unexpected(count.error());
    if (ids_.size() == before) return true;
    // A total below what the pages have shown tells nothing of what is to come.
    if (most_ && std::cmp_equal(ids_.size(), *most_)) return true;
    if (has_what_came()) return true;
    if (enough_ && enough_(listing_)) return false;
    offset += *count;
  }
  return false;
}

}  // namespace

Result<JobListing, Failure> page_of_jobs(Client& client, Json parameters, std::int64_t offset) {
  parameters["Limit"] = jobs_a_page;
  parameters["Offset"] = offset;
  const auto answer =
      client.call({.action = "DescribeJobs", .parameters = std::move(parameters), .urgency = Urgency::sweep});
  if (!answer) return Unexpected(answer.error());
  JobListing listing{.as_of = answer->date,
                     .total = count_member(answer->fields, "TotalCount"),
                     .whole = false,
                     .unfiltered = false,
                     .jobs = {}};
  const auto listed = list_member(answer->fields, "JobSet");
  if (!listed) return Unexpected(listed.error());
  const Value* page = *listed;
  if (page != nullptr) {
    for (const Value& item : *page) {
      BatchJob job = read_batch_job(item);
      if (!job.id.empty()) listing.jobs.push_back(std::move(job));
    }
  }
  const auto end = offset + static_cast<std::int64_t>(listing.jobs.size());
  listing.whole = listing.jobs.empty() || (listing.total && end >= *listing.total);
  return listing;
}

Result<JobListing, Failure> list_jobs(Client& client, const Json& parameters, const EnoughJobs& enough) {
  JobListing listing;
  Totals totals;
  std::set<std::string> before;
  for (int i = 0; i < most_passes; ++i) {
    Pass pass(client, parameters, enough, listing, totals);
    const auto reached_end = pass.read();
    if (!reached_end) return Unexpected(reached_end.error());
    if (!*reached_end) return listing;
    // The same jobs twice: nothing slips, the API's total counts more than it lists. Nothing but what has come
    // meanwhile: nothing was missing.
    listing.whole = pass.has_all() || pass.has_what_came() || pass.ids() == before || (i > 0 && !pass.found_older());
    if (listing.whole) break;
    before = pass.ids();
  }
  return listing;
}

}  // namespace taskqueue
